// Why a packet is not made shorter.
#pragma once

#include <cstdint>

namespace gophercap::rewrite {

enum class Refusal : uint8_t {
  kNone,          // it is
  kCut,           // the capture has only its beginning; the rest is not invented
  kContents,      // not TCP, not several datagrams of one size, or not IP
  kLengths,       // its headers do not agree with its length
  kBound,         // a fragment, or headers that cannot be repeated
  kNoRoom,        // its headers leave no room, or are too many
  kDontFragment,  // as its sender wants
};

}  // namespace gophercap::rewrite
