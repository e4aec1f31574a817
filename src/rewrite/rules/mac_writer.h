// Replaces MAC addresses in a frame.
#pragma once

#include <cstdint>

#include "packet/frame.h"
#include "rewrite/rules/rules.h"

namespace gophercap::rewrite {

// Applies the rules to the outermost Ethernet header, and those about stations and networks also to
// the addresses in ARP and neighbor discovery (RFC 4861), whose checksum is updated. `captured` is
// the frame as it was, with so many complete VLAN tags; `to` is what it becomes, where everything
// behind the tags has moved by `moved_by`. Returns whether a byte changed. REQUIRES: the frame has
// a complete Ethernet header.
bool write_macs(const MacRules& rules, const packet::Frame& captured, uint32_t tags, uint8_t* to,
                int32_t moved_by) noexcept;

}  // namespace gophercap::rewrite
