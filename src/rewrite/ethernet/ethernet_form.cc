#include "rewrite/ethernet/ethernet_form.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "packet/layers.h"
#include "rewrite/ethernet/link_payload.h"
#include "rewrite/ethernet/mac_address.h"
#include "rewrite/ethernet/wifi_form.h"

namespace gophercap::rewrite {
namespace {

using tl::unexpected;

Form form_of(uint32_t link_type, Cursor cursor) noexcept;

// ---- Linux cooked captures ----

// The contents of both versions of the header.
struct Cooked {
  uint16_t protocol;
  uint16_t hardware;   // ARPHRD_*
  uint16_t direction;  // kToAll and others
  uint16_t address_bytes;
  const uint8_t* address;
};

Form cooked_payload(const Cooked& cooked, Cursor cursor) noexcept {
  constexpr uint16_t kFrameRelay = 770;
  constexpr uint16_t kGre = 778;
  constexpr uint16_t kRadiotap = 803;
  constexpr uint16_t kNetlink = 824;
  constexpr uint16_t kTransparentBridging = 0x6558;
  constexpr uint16_t kNovell = 1;
  constexpr uint16_t kLlc = 4;
  constexpr uint16_t kToAll = 1;
  if (cooked.hardware == kFrameRelay) return form_of(107, cursor);
  if (cooked.hardware == kRadiotap) return form_of(127, cursor);
  if (cooked.hardware == kNetlink) return unexpected(packet::LeftOut::kProtocol);
  if (cooked.hardware == kGre && cooked.protocol == kTransparentBridging)
    return whole_frame(cursor);
  const bool has_length = cooked.protocol == kLlc || cooked.protocol == kNovell;
  Form form = has_length ? llc_payload(cursor) : payload(cursor, cooked.protocol);
  if (!form) return form;
  constexpr std::array<uint8_t, 6> kNone{};  // of a loopback interface
  if (cooked.address_bytes == 6 && std::memcmp(cooked.address, kNone.data(), 6) != 0)
    put_source(*form, cooked.address);
  if (cooked.direction == kToAll) put_destination(*form, kBroadcast.data());
  return form;
}

Form linux_cooked(Cursor cursor) noexcept {
  if (!cursor.has(16)) return unexpected(packet::LeftOut::kIncomplete);
  const uint8_t* at = cursor.here();
  cursor.at += 16;
  return cooked_payload({.protocol = load_be16(at + 14),
                         .hardware = load_be16(at + 2),
                         .direction = load_be16(at),
                         .address_bytes = load_be16(at + 4),
                         .address = at + 6},
                        cursor);
}

Form linux_cooked2(Cursor cursor) noexcept {
  if (!cursor.has(20)) return unexpected(packet::LeftOut::kIncomplete);
  const uint8_t* at = cursor.here();
  cursor.at += 20;
  return cooked_payload({.protocol = load_be16(at),
                         .hardware = load_be16(at + 8),
                         .direction = at[10],
                         .address_bytes = at[11],
                         .address = at + 12},
                        cursor);
}

// ---- serial links ----

// The number of the IPv6 family differs between systems, and the byte order is that of the writer.
Form loopback(Cursor cursor) noexcept {
  if (!cursor.has(4)) return unexpected(packet::LeftOut::kIncomplete);
  const uint32_t big = load_be32(cursor.here());
  const uint32_t family = big > 0xffff ? load_le32(cursor.here()) : big;
  cursor.at += 4;
  switch (family) {
    case 2:
      return payload(cursor, packet::kEtherIpv4);
    case 10:
    case 24:
    case 28:
    case 30:
      return payload(cursor, packet::kEtherIpv6);
    default:
      return unexpected(packet::LeftOut::kProtocol);
  }
}

// RFC 1661, with or without HDLC-like framing (RFC 1662).
Form ppp(Cursor cursor) noexcept {
  if (cursor.has(2) && load_be16(cursor.here()) == 0xff03) cursor.at += 2;
  if (!cursor.has(1)) return unexpected(packet::LeftOut::kIncomplete);
  uint16_t protocol = *cursor.here();
  const uint32_t field_bytes = (protocol & 1) != 0 ? 1 : 2;
  if (!cursor.has(field_bytes)) return unexpected(packet::LeftOut::kIncomplete);
  if (field_bytes == 2) protocol = load_be16(cursor.here());
  cursor.at += field_bytes;
  switch (protocol) {
    case 0x0021:
      return payload(cursor, packet::kEtherIpv4);
    case 0x0057:
      return payload(cursor, packet::kEtherIpv6);
    case 0x0281:
      return payload(cursor, packet::kEtherMpls);
    case 0x0283:
      return payload(cursor, packet::kEtherMplsUpstream);
    default:
      return unexpected(packet::LeftOut::kProtocol);
  }
}

// PPPoE keeps its header: Ethernet has EtherTypes for its sessions and for their discovery.
Form ppp_over_ethernet(const Cursor& cursor) noexcept {
  constexpr uint16_t kDiscovery = 0x8863;
  if (!cursor.has(6)) return unexpected(packet::LeftOut::kIncomplete);
  const bool session = cursor.here()[1] == 0;
  return payload(cursor, session ? uint16_t{packet::kEtherPppoeSession} : kDiscovery);
}

Form cisco_hdlc(Cursor cursor) noexcept {
  constexpr uint16_t kKeepalive = 0x8035;  // Ethernet uses the same number for RARP
  if (!cursor.has(4)) return unexpected(packet::LeftOut::kIncomplete);
  const uint16_t type = load_be16(cursor.here() + 2);
  cursor.at += 4;
  // Other values below that are defined by Cisco (such as CDP) or OSI.
  const bool shared = type == packet::kEtherIpv4 || (type > packet::kEtherIpv4 && type < 0xfe00);
  if (!shared || type == kKeepalive || type == 0x2000)
    return unexpected(packet::LeftOut::kProtocol);
  return payload(cursor, type);
}

Form ppp_hdlc(const Cursor& cursor) noexcept {
  const bool cisco =
      cursor.has(2) && (*cursor.here() == 0x0f || *cursor.here() == 0x8f) && cursor.here()[1] == 0;
  return cisco ? cisco_hdlc(cursor) : ppp(cursor);
}

// SNAP after the NLPID of Frame Relay (RFC 2427, 4.1).
Form frame_relay_snap(Cursor cursor) noexcept {
  constexpr uint32_t kBridged = 0x0080c2;
  if (!cursor.has(5)) return unexpected(packet::LeftOut::kIncomplete);
  const uint32_t owner = load_be32(cursor.here()) >> 8;
  const uint16_t type = load_be16(cursor.here() + 3);
  cursor.at += 5;
  if (owner == 0) return payload(cursor, type);
  if (owner != kBridged) return unexpected(packet::LeftOut::kProtocol);
  constexpr uint16_t kWithFcs = 1;
  constexpr uint16_t kWithoutFcs = 7;
  if (type == kWithFcs) cursor.end = std::max(cursor.at, cursor.end - std::min(cursor.end, 4u));
  if (type != kWithFcs && type != kWithoutFcs) return unexpected(packet::LeftOut::kProtocol);
  return whole_frame(cursor);
}

Form frame_relay(Cursor cursor) noexcept {
  // Q.922: the last byte of the address has its lowest bit set.
  uint32_t address_bytes = 0;
  do {
    if (address_bytes == 4) return unexpected(packet::LeftOut::kProtocol);
    ++address_bytes;
    if (!cursor.has(address_bytes)) return unexpected(packet::LeftOut::kIncomplete);
  } while ((cursor.here()[address_bytes - 1] & 1) == 0);
  cursor.at += address_bytes;
  if (!cursor.has(2)) return unexpected(packet::LeftOut::kIncomplete);
  constexpr uint8_t kUnnumbered = 0x03;
  if (*cursor.here() != kUnnumbered) {  // Cisco's own encapsulation
    const uint16_t type = load_be16(cursor.here());
    cursor.at += 2;
    return payload(cursor, type);
  }
  cursor.at += 1;
  if (*cursor.here() == 0) cursor.at += 1;  // padding
  if (!cursor.has(1)) return unexpected(packet::LeftOut::kIncomplete);
  const uint8_t protocol = *cursor.here();
  cursor.at += 1;
  switch (protocol) {
    case 0xcc:
      return payload(cursor, packet::kEtherIpv4);
    case 0x8e:
      return payload(cursor, packet::kEtherIpv6);
    case 0x80:
      return frame_relay_snap(cursor);
    default:
      return unexpected(packet::LeftOut::kProtocol);
  }
}

// CACE's per-packet information, whose field for 802.11 says whether there is a check sequence.
Form per_packet_information(Cursor cursor) noexcept {
  if (!cursor.has(8)) return unexpected(packet::LeftOut::kIncomplete);
  const uint32_t header_bytes = load_le16(cursor.here() + 2);
  const uint32_t link_type = load_le32(cursor.here() + 4);
  if (header_bytes < 8 || !cursor.has(header_bytes))
    return unexpected(packet::LeftOut::kIncomplete);
  constexpr uint16_t kCommon = 2;
  bool has_fcs = false;
  const uint8_t* const fields = cursor.here();
  for (uint32_t at = 8; at + 4 <= header_bytes; at += 4u + load_le16(fields + at + 2)) {
    const uint32_t field_bytes = load_le16(fields + at + 2);
    if (load_le16(fields + at) == kCommon && field_bytes >= 10 && at + 14 <= header_bytes)
      has_fcs = (fields[at + 12] & 1) != 0;
  }
  cursor.at += header_bytes;
  if (link_type == 105) return wifi(cursor, has_fcs);
  return form_of(link_type, cursor);
}

// ---- others ----

// Attributes have the byte order of the capturing machine, which is the one in which their lengths
// fit the packet.
Form nflog(Cursor cursor) noexcept {
  constexpr uint16_t kPayload = 9;
  constexpr uint16_t kAddress = 8;
  if (!cursor.has(4)) return unexpected(packet::LeftOut::kIncomplete);
  const uint8_t family = *cursor.here();
  cursor.at += 4;
  if (!cursor.has(4)) return unexpected(packet::LeftOut::kIncomplete);
  const ByteOrder order{.big = load_le16(cursor.here()) > load_be16(cursor.here())};
  const uint8_t* address = nullptr;
  while (cursor.has(4)) {
    const uint32_t bytes = order.load16(cursor.here());
    const uint16_t type = order.load16(cursor.here() + 2) & 0x7fff;
    if (bytes < 4) break;
    if (type == kPayload) {
      cursor.end = std::min(cursor.end, cursor.at + bytes);
      cursor.at += 4;
      Form form = family == 2 || family == 10 ? ip_payload(cursor)
                                              : Form(unexpected(packet::LeftOut::kProtocol));
      if (form && address != nullptr) put_source(*form, address);
      return form;
    }
    if (!cursor.has(bytes)) break;
    if (type == kAddress && bytes >= 14 && load_be16(cursor.here() + 4) == 6)
      address = cursor.here() + 8;
    cursor.at += (bytes + 3) / 4 * 4;
  }
  return unexpected(packet::LeftOut::kIncomplete);
}

// Returns the frame without the switch tag of `tag_bytes` after its addresses.
Form without_switch_tag(Cursor cursor, uint32_t tag_bytes) noexcept {
  if (!cursor.has(kAddressesBytes + tag_bytes + 2)) return unexpected(packet::LeftOut::kIncomplete);
  EthernetForm form{.header_bytes = kAddressesBytes,
                    .begin = cursor.at + kAddressesBytes + tag_bytes,
                    .end = cursor.end};
  put_destination(form, cursor.here());
  put_source(form, cursor.here() + 6);
  return form;
}

// Marvell's tag replaces a VLAN tag and contains its control information (net/dsa/tag_dsa.c in
// Linux).
Form marvell(const Cursor& cursor, uint32_t before_tag) noexcept {
  Form form = without_switch_tag(cursor, before_tag + 4);
  if (!form) return form;
  const uint8_t* const tag = cursor.here() + kAddressesBytes + before_tag;
  constexpr uint8_t kTagged = 0x20;
  if ((tag[0] & kTagged) == 0) return form;
  put_type(*form, packet::kEtherVlan);
  form->header[14] = static_cast<uint8_t>((tag[2] & 0xef) | (tag[1] & 1) << 4);
  form->header[15] = tag[3];
  form->header_bytes = 16;
  return form;
}

// Apple's header contains the link type of what follows.
Form pktap(Cursor cursor) noexcept {
  if (!cursor.has(12)) return unexpected(packet::LeftOut::kIncomplete);
  const uint32_t header_bytes = load_le32(cursor.here());
  const uint32_t kind = load_le32(cursor.here() + 4);
  const uint32_t link_type = load_le32(cursor.here() + 8);
  if (header_bytes < 12 || !cursor.has(header_bytes))
    return unexpected(packet::LeftOut::kIncomplete);
  if (kind != 1) return unexpected(packet::LeftOut::kProtocol);
  cursor.at += header_bytes;
  return form_of(link_type, cursor);
}

Form form_of(uint32_t link_type, Cursor cursor) noexcept {
  if (++cursor.depth > 3) return unexpected(packet::LeftOut::kLinkType);
  switch (link_type) {
    case packet::kLinkTypeEthernet:
      return whole_frame(cursor);
    case 0:    // NULL
    case 108:  // LOOP
      return loopback(cursor);
    case 9:  // PPP
      return ppp(cursor);
    case 50:  // PPP_HDLC
      return ppp_hdlc(cursor);
    case 51:  // PPP_ETHER
      return ppp_over_ethernet(cursor);
    case 12:   // RAW as Linux numbers it
    case 14:   // RAW as OpenBSD numbers it
    case 101:  // RAW
    case 228:  // IPV4
    case 229:  // IPV6
      return ip_payload(cursor);
    case 104:  // C_HDLC
      return cisco_hdlc(cursor);
    case 105:  // IEEE802_11
      return wifi(cursor, false);
    case 107:  // FRELAY
      return frame_relay(cursor);
    case packet::kLinkTypeLinuxCooked:
      return linux_cooked(cursor);
    case 119:  // IEEE802_11_PRISM
    case 163:  // IEEE802_11_AVS
      return prism(cursor);
    case 127:  // IEEE802_11_RADIOTAP
      return radiotap(cursor);
    case 192:  // PPI
      return per_packet_information(cursor);
    case 219:  // MPLS
      return payload(cursor, packet::kEtherMpls);
    case 239:  // NFLOG
      return nflog(cursor);
    case 258:  // PKTAP
      return pktap(cursor);
    case packet::kLinkTypeLinuxCooked2:
      return linux_cooked2(cursor);
    case 281:  // DSA_TAG_BRCM
      return without_switch_tag(cursor, 4);
    case 282:  // DSA_TAG_BRCM_PREPEND
      cursor.at += 4;
      return whole_frame(cursor);
    case 284:  // DSA_TAG_DSA
      return marvell(cursor, 0);
    case 285:  // DSA_TAG_EDSA
      return marvell(cursor, 4);
    default:
      return unexpected(packet::LeftOut::kLinkType);
  }
}

}  // namespace

tl::expected<EthernetForm, packet::LeftOut> ethernet_form(const packet::Frame& packet) noexcept {
  return form_of(packet.link_type, {.data = packet.data,
                                    .bytes = packet.bytes,
                                    .end = std::max(packet.bytes, packet.original_bytes)});
}

bool has_ethernet_form(uint32_t link_type) noexcept {
  const auto form = form_of(link_type, {.data = nullptr, .bytes = 0, .end = 0});
  return form || form.error() != packet::LeftOut::kLinkType;
}

}  // namespace gophercap::rewrite
