// Changes addresses where they are in a packet.
#pragma once

#include <cstdint>

#include "rewrite/network/edits.h"
#include "rewrite/network/network_rules.h"

namespace gophercap::rewrite {

// The rules on addresses in one loop, applied to one frame. All functions REQUIRE that the frame
// contains the address.
class AddressEditor {
 public:
  AddressEditor(Edits& edits, const NetworkRules& rules, uint64_t loop) noexcept
      : edits_(edits), map_(rules.addresses), loop_(rules.unique_addresses ? loop : 0) {}

  // False: all addresses stay.
  bool active() const noexcept { return !map_.empty() || loop_ != 0; }
  const Edits& edits() const noexcept { return edits_; }

  Change ipv4(uint32_t at) noexcept;
  Change ipv6(uint32_t at) noexcept;
  // A network of which the first `stored` bytes are in the frame, and only `length` bits matter. It
  // stays if its addresses do not stay together.
  Change ipv6_network(uint32_t at, uint32_t stored, uint8_t length) noexcept;

 private:
  Edits& edits_;
  const AddressMap& map_;
  const uint64_t loop_;
};

}  // namespace gophercap::rewrite
