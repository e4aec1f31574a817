// The Ethernet form of packets with other link types.
#pragma once

#include <array>
#include <cstdint>
#include <tl/expected.hpp>

#include "packet/frame.h"
#include "packet/frame_step.h"

namespace gophercap::rewrite {

// The frame is `header`, followed by the bytes from `begin` to `end` of the packet.
struct EthernetForm {
  std::array<uint8_t, 16> header{};  // destination, source, then EtherType, length or VLAN tag
  uint32_t header_bytes = 14;        // 0: what follows is a whole frame
  uint32_t begin = 0;
  uint32_t end = 0;  // on the wire; at or after `begin`, perhaps after the last captured byte
  bool has_destination = false;  // otherwise those bytes are zero
  bool has_source = false;
  bool aggregate = false;  // these bytes are subframes of IEEE 802.11 (A-MSDU) instead
};

// Supports Ethernet itself; Linux cooked captures of both versions; raw IP; BSD loopback; PPP with
// and without PPPoE; Cisco HDLC; Frame Relay (RFC 2427, Cisco); MPLS; IEEE 802.11 with radiotap,
// Prism, AVS and PPI headers; NFLOG; the switch tags of Marvell and Broadcom; PKTAP. Source of the
// formats: https://www.tcpdump.org/linktypes.html.
// Never returns LeftOut::kFiltered.
tl::expected<EthernetForm, packet::LeftOut> ethernet_form(const packet::Frame& packet) noexcept;

// True if there are packets of this link type that ethernet_form() supports.
bool has_ethernet_form(uint32_t link_type) noexcept;

}  // namespace gophercap::rewrite
