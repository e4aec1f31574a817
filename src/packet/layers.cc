#include "packet/layers.h"

#include "packet/wifi.h"

namespace gophercap::packet {
namespace detail {
namespace {

using Kind = Layer::Kind;

// `id` of a kWifi whose payload is aligned to four bytes, according to radiotap.
constexpr uint16_t kAligned = 1;

Step by_ip_version(uint32_t header_bytes, const uint8_t* at, uint32_t bytes) noexcept {
  if (bytes <= header_bytes) return {header_bytes};
  const unsigned version = at[header_bytes] >> 4;
  if (version == 4) return {header_bytes, kEtherIpv4, Kind::kIpv4};
  if (version == 6) return {header_bytes, kEtherIpv6, Kind::kIpv6};
  return {header_bytes};
}

// MPLS does not say what it carries, so the IP version decides (RFC 4928).
Step over_label(uint16_t id, const uint8_t* at, uint32_t bytes) noexcept {
  if (bytes < 4) return {};
  const bool bottom = (at[2] & 1) != 0;
  return bottom ? by_ip_version(4, at, bytes) : Step{4, id, Kind::kMpls};
}

Step by_ppp_protocol(uint32_t header_bytes, uint16_t protocol) noexcept {
  if (protocol == 0x0021) return {header_bytes, kEtherIpv4, Kind::kIpv4};
  if (protocol == 0x0057) return {header_bytes, kEtherIpv6, Kind::kIpv6};
  return {header_bytes, protocol, Kind::kNone};
}

// RFC 1661, with or without HDLC-like framing (RFC 1662). After PPPoE (`id` is its EtherType) there
// is neither an address and control field nor a short protocol field.
Step over_ppp(uint16_t id, const uint8_t* at, uint32_t bytes) noexcept {
  if (id == kEtherPppoeSession) return bytes < 2 ? Step{} : by_ppp_protocol(2, load_be16(at));
  const uint32_t skip = bytes >= 2 && at[0] == 0xff && at[1] == 0x03 ? 2 : 0;
  if (bytes > skip && (at[skip] & 1) != 0) return by_ppp_protocol(skip + 1, at[skip]);
  return bytes < skip + 2 ? Step{} : by_ppp_protocol(skip + 2, load_be16(at + skip));
}

// The number of the IPv6 family differs between systems, and the byte order is that of the writer.
Step over_loopback(const uint8_t* at, uint32_t bytes) noexcept {
  if (bytes < 4) return {};
  const uint32_t big = load_be32(at);
  const uint32_t family = big > 0xffff ? load_le32(at) : big;
  switch (family) {
    case 2:
      return {4, kEtherIpv4, Kind::kIpv4};
    case 10:
    case 24:
    case 28:
    case 30:
      return {4, kEtherIpv6, Kind::kIpv6};
    default:
      return {4};
  }
}

// Below 0x600 it is not an EtherType; 4 means 802.2.
Step over_cooked(uint32_t header_bytes, uint16_t protocol) noexcept {
  constexpr uint16_t kLlcFrame = 4;
  return protocol == kLlcFrame ? Step{header_bytes, protocol, Kind::kLlc}
                               : by_ether_type(header_bytes, protocol);
}

// SNAP of the IETF (RFC 1042) and of bridges.
Step over_llc(const uint8_t* at, uint32_t bytes) noexcept {
  const bool snap = bytes >= 8 && at[0] == 0xaa && at[1] == 0xaa && at[2] == 0x03 && at[3] == 0 &&
                    at[4] == 0 && (at[5] == 0 || at[5] == 0xf8);
  return snap ? by_ether_type(8, load_be16(at + 6)) : Step{};
}

Step over_radiotap(const uint8_t* at, uint32_t bytes) noexcept {
  const auto header = read_radiotap(at, bytes);
  if (!header) return {};
  return {header->header_bytes, header->payload_is_aligned ? kAligned : uint16_t{0}, Kind::kWifi};
}

// Only data frames that are not encrypted and contain one packet have supported contents.
Step over_wifi(uint16_t id, const uint8_t* at, uint32_t bytes) noexcept {
  const auto header = read_wifi(at, bytes, id == kAligned);
  if (!header) return {};
  const bool readable = header->has_payload && !header->encrypted && !header->aggregate;
  return {header->header_bytes, 0, readable ? Kind::kLlc : Kind::kNone};
}

Kind serial_kind(const uint8_t* at, uint32_t bytes) noexcept {
  // Cisco's framing begins with 0f (unicast) or 8f (broadcast).
  const bool cisco = bytes >= 2 && (at[0] == 0x0f || at[0] == 0x8f) && at[1] == 0;
  return cisco ? Kind::kCiscoHdlc : Kind::kPpp;
}

}  // namespace

Step over_extension(uint16_t protocol, const uint8_t* at, uint32_t bytes) noexcept {
  if (bytes < 8) return {};
  uint32_t header_bytes = (uint32_t{at[1]} + 1) * 8;
  bool later = false;
  if (protocol == kIpFragment) {
    header_bytes = 8;
    later = (load_be16(at + 2) & 0xfff8) != 0;
  } else if (protocol == kIpAuthentication) {
    header_bytes = (uint32_t{at[1]} + 2) * 4;
  }
  return {header_bytes, at[0], later ? Kind::kNone : behind_ipv6(at[0])};
}

Layer::Kind start_of(uint32_t link_type, const uint8_t* data, uint32_t bytes) noexcept {
  switch (link_type) {
    case kLinkTypeEthernet:
      return Kind::kEthernet;
    case 0:    // NULL
    case 108:  // LOOP
      return Kind::kLoopback;
    case 9:  // PPP
      return Kind::kPpp;
    case 50:  // PPP_HDLC
      return serial_kind(data, bytes);
    case 51:  // PPP_ETHER
      return Kind::kPppoe;
    case 101:  // RAW
      return by_ip_version(0, data, bytes).next;
    case 104:  // C_HDLC
      return Kind::kCiscoHdlc;
    case 105:  // IEEE802_11
      return Kind::kWifi;
    case kLinkTypeLinuxCooked:
      return Kind::kLinuxCooked;
    case 127:  // IEEE802_11_RADIOTAP
      return Kind::kRadiotap;
    case 219:  // MPLS
      return Kind::kMpls;
    case 228:  // IPV4
      return Kind::kIpv4;
    case 229:  // IPV6
      return Kind::kIpv6;
    case kLinkTypeLinuxCooked2:
      return Kind::kLinuxCooked2;
    default:
      return Kind::kNone;
  }
}

Step step_over(Layer::Kind kind, uint16_t id, const uint8_t* at, uint32_t bytes) noexcept {
  switch (kind) {
    case Kind::kLinuxCooked:
      return bytes < 16 ? Step{} : over_cooked(16, load_be16(at + 14));
    case Kind::kLinuxCooked2:
      return bytes < 20 ? Step{} : over_cooked(20, load_be16(at));
    case Kind::kLoopback:
      return over_loopback(at, bytes);
    case Kind::kPpp:
      return over_ppp(id, at, bytes);
    case Kind::kCiscoHdlc:
      return bytes < 4 ? Step{} : by_ether_type(4, load_be16(at + 2));
    case Kind::kRadiotap:
      return over_radiotap(at, bytes);
    case Kind::kWifi:
      return over_wifi(id, at, bytes);
    case Kind::kLlc:
      return over_llc(at, bytes);
    case Kind::kMpls:
      return over_label(id, at, bytes);
    case Kind::kPppoe:
      return bytes < 6 ? Step{} : Step{6, kEtherPppoeSession, Kind::kPpp};
    default:
      return {};
  }
}

}  // namespace detail

uint32_t network_offset(const uint8_t* data, uint32_t bytes, uint32_t link_type) noexcept {
  uint32_t offset = 0;
  walk_layers(data, bytes, link_type, [&](const Layer& layer) noexcept {
    const bool ip = layer.kind == Layer::Kind::kIpv4 || layer.kind == Layer::Kind::kIpv6;
    if (ip) offset = layer.offset;
    return !ip;
  });
  return offset;
}

}  // namespace gophercap::packet
