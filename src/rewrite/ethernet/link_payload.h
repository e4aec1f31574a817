// What link layers have in common: a position in the packet, and the forms of usual payloads.
#pragma once

#include <cstdint>
#include <tl/expected.hpp>

#include "rewrite/ethernet/ethernet_form.h"

namespace gophercap::rewrite {

using Form = tl::expected<EthernetForm, packet::LeftOut>;

inline constexpr uint32_t kAddressesBytes = 12;

// A position in the packet, from which a header is read.
struct Cursor {
  const uint8_t* data;
  uint32_t bytes;  // captured
  uint32_t end;    // of the packet on the wire
  uint32_t at = 0;
  unsigned depth = 0;  // of link types within link types

  bool has(uint32_t count) const noexcept { return at <= bytes && count <= bytes - at; }
  const uint8_t* here() const noexcept { return data + at; }
  uint32_t left() const noexcept { return at <= bytes ? bytes - at : 0; }
};

// Parts of the header.
void put_type(EthernetForm& form, uint16_t type) noexcept;
void put_source(EthernetForm& form, const uint8_t* address) noexcept;
void put_destination(EthernetForm& form, const uint8_t* address) noexcept;

// The rest of the packet is the payload of a frame with that EtherType.
Form payload(const Cursor& cursor, uint16_t type) noexcept;
// The rest of the packet begins with an LLC header, or is IPX as Novell put it on Ethernet. SNAP
// with an EtherType becomes that EtherType (RFC 1042); anything else keeps its header after a
// length.
Form llc_payload(Cursor cursor) noexcept;
// The rest of the packet is a frame.
Form whole_frame(const Cursor& cursor) noexcept;
// The rest of the packet begins with an IP header of either version.
Form ip_payload(const Cursor& cursor) noexcept;

}  // namespace gophercap::rewrite
