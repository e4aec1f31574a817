// The Ethernet form of packets with other link types.
#pragma once

#include <array>
#include <cstdint>
#include <tl/expected.hpp>

#include "base/words.h"
#include "packet/frame.h"

namespace gophercap::rewrite {

// The reasons why a packet cannot become an Ethernet frame.
enum class NoEthernet : uint8_t {
  kLinkType,    // not supported, or its packets are not those of a network
  kProtocol,    // what the packet carries exists only on its kind of link
  kEncrypted,   // the payload of a wireless frame is encrypted
  kFragment,    // part of a wireless frame
  kNoPayload,   // signalling of a wireless network
  kIncomplete,  // the packet ends within the headers of its link
};
constexpr auto words_of(NoEthernet) noexcept {
  return std::to_array<Word<NoEthernet>>({{NoEthernet::kLinkType, "link type"},
                                          {NoEthernet::kProtocol, "protocol"},
                                          {NoEthernet::kEncrypted, "encrypted"},
                                          {NoEthernet::kFragment, "fragment"},
                                          {NoEthernet::kNoPayload, "no payload"},
                                          {NoEthernet::kIncomplete, "incomplete"}});
}

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
tl::expected<EthernetForm, NoEthernet> ethernet_form(const packet::Frame& packet) noexcept;

}  // namespace gophercap::rewrite
