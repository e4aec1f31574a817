// The reasons why a packet cannot be made shorter.
#pragma once

#include <cstdint>

namespace gophercap::rewrite {

enum class Refusal : uint8_t {
  kNone,          // it was made shorter
  kCut,           // the capture has only its beginning, and the rest is not invented
  kContents,      // not TCP, not several datagrams of one size, or not IP
  kLengths,       // its headers contradict its length
  kBound,         // a fragment, or headers that cannot be repeated
  kNoRoom,        // no payload fits after its headers, or there are too many
  kDontFragment,  // its sender forbids fragments
};

}  // namespace gophercap::rewrite
