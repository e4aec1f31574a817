// Walks over the headers of a packet, from the link layer to the ports.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"
#include "packet/link_type.h"

namespace gophercap::packet {

// One header. Its bytes begin at `offset` in the packet.
struct Layer {
  enum class Kind : uint8_t {
    kNone,
    kEthernet,
    kLinuxCooked,   // version 1
    kLinuxCooked2,  // version 2
    kLoopback,      // BSD: four bytes with the address family
    kPpp,           // with or without address and control bytes
    kCiscoHdlc,
    kRadiotap,
    kWifi,   // IEEE 802.11
    kLlc,    // IEEE 802.2 with SNAP, which contains an EtherType
    kVlan,   // control information, then the EtherType of the next header; `id` is that of the tag
             // itself
    kMpls,   // one label
    kPppoe,  // in a session
    kIpv4,
    kIpv6,
    kIpv6Extension,  // `id` is its type
    kTcp,
    kUdp,
    kSctp,
    kDccp,
  };
  Kind kind = Kind::kNone;
  bool whole = false;  // the packet contains the whole header; otherwise it is the last one
  uint16_t id = 0;  // its type according to the header before it or the link type: an EtherType or
                    // an IP protocol
  uint32_t offset = 0;
  uint32_t header_bytes = 0;  // length according to the header itself
};

// The EtherTypes that are supported.
enum EtherType : uint16_t {
  kEtherIpv4 = 0x0800,
  kEtherVlan = 0x8100,  // 802.1Q
  kEtherIpv6 = 0x86dd,
  kEtherMpls = 0x8847,
  kEtherMplsUpstream = 0x8848,
  kEtherPppoeSession = 0x8864,
  kEtherVlanService = 0x88a8,  // 802.1ad
  kEtherVlanOld = 0x9100,
};

// The IP protocols that are supported.
enum IpProtocol : uint8_t {
  kIpHopByHop = 0,
  kIpTcp = 6,
  kIpUdp = 17,
  kIpDccp = 33,
  kIpRouting = 43,
  kIpFragment = 44,
  kIpAuthentication = 51,
  kIpDestinationOptions = 60,
  kIpSctp = 132,
  kIpMobility = 135,
  kIpHostIdentity = 139,
  kIpShim6 = 140,
};

inline constexpr uint32_t kEthernetHeaderBytes = 14;

constexpr bool is_vlan_type(uint16_t ether_type) noexcept {
  return ether_type == kEtherVlan || ether_type == kEtherVlanService || ether_type == kEtherVlanOld;
}

namespace detail {

// The length of a header, and what follows it.
struct Step {
  uint32_t header_bytes = 0;  // 0: there is no such header here
  uint16_t next_id = 0;
  Layer::Kind next = Layer::Kind::kNone;
};

Layer::Kind start_of(uint32_t link_type, const uint8_t* data, uint32_t bytes) noexcept;
// For rare link layers.
Step step_over(Layer::Kind kind, uint16_t id, const uint8_t* at, uint32_t bytes) noexcept;
Step over_extension(uint16_t protocol, const uint8_t* at, uint32_t bytes) noexcept;

inline Step by_ether_type(uint32_t header_bytes, uint16_t type) noexcept {
  using Kind = Layer::Kind;
  switch (type) {
    case kEtherIpv4:
      return {header_bytes, type, Kind::kIpv4};
    case kEtherIpv6:
      return {header_bytes, type, Kind::kIpv6};
    case kEtherVlan:
    case kEtherVlanService:
    case kEtherVlanOld:
      return {header_bytes, type, Kind::kVlan};
    case kEtherMpls:
    case kEtherMplsUpstream:
      return {header_bytes, type, Kind::kMpls};
    case kEtherPppoeSession:
      return {header_bytes, type, Kind::kPppoe};
    default:
      return {header_bytes, type, Kind::kNone};
  }
}

inline Layer::Kind transport_of(uint8_t protocol) noexcept {
  using Kind = Layer::Kind;
  switch (protocol) {
    case kIpTcp:
      return Kind::kTcp;
    case kIpUdp:
      return Kind::kUdp;
    case kIpSctp:
      return Kind::kSctp;
    case kIpDccp:
      return Kind::kDccp;
    default:
      return Kind::kNone;
  }
}

inline Step over_ethernet(const uint8_t* at, uint32_t bytes) noexcept {
  return bytes < kEthernetHeaderBytes ? Step{}
                                      : by_ether_type(kEthernetHeaderBytes, load_be16(at + 12));
}
inline Step over_vlan(const uint8_t* at, uint32_t bytes) noexcept {
  return bytes < 4 ? Step{} : by_ether_type(4, load_be16(at + 2));
}

// RFC 791. Only the first fragment contains ports.
inline Step over_ipv4(const uint8_t* at, uint32_t bytes) noexcept {
  if (bytes < 20 || at[0] >> 4 != 4) return {};
  const uint32_t header_bytes = (at[0] & 0x0fu) * 4;
  if (header_bytes < 20) return {};
  const bool later = (load_be16(at + 6) & 0x1fff) != 0;
  return {header_bytes, at[9], later ? Layer::Kind::kNone : transport_of(at[9])};
}

inline Layer::Kind behind_ipv6(uint8_t protocol) noexcept {
  switch (protocol) {
    case kIpHopByHop:
    case kIpRouting:
    case kIpDestinationOptions:
    case kIpMobility:
    case kIpHostIdentity:
    case kIpShim6:
    case kIpAuthentication:
    case kIpFragment:
      return Layer::Kind::kIpv6Extension;
    default:
      return transport_of(protocol);
  }
}

// RFC 8200.
inline Step over_ipv6(const uint8_t* at, uint32_t bytes) noexcept {
  if (bytes < 40 || at[0] >> 4 != 6) return {};
  return {40, at[6], behind_ipv6(at[6])};
}

// For headers that begin with ports. A length below the minimum is replaced by the minimum.
inline Step over_transport(Layer::Kind kind, const uint8_t* at, uint32_t bytes) noexcept {
  if (bytes < 4) return {};
  switch (kind) {
    case Layer::Kind::kTcp:
      return {std::max(20u, bytes > 12 ? (at[12] >> 4) * 4u : 0u)};
    case Layer::Kind::kUdp:
      return {8};
    case Layer::Kind::kDccp:
      return {std::max(12u, bytes > 4 ? at[4] * 4u : 0u)};
    default:
      return {12};  // SCTP
  }
}

// The position of a walk.
struct Place {
  const uint8_t* data;
  uint32_t bytes;
  uint32_t offset = 0;
  uint16_t id = 0;
  Layer::Kind next = Layer::Kind::kNone;

  const uint8_t* at() const noexcept { return data + offset; }
  uint32_t left() const noexcept { return bytes - offset; }
  // Visits the header of that kind at the current position and goes to the next one. Returns false
  // at the end of the walk.
  template <class Visit>
  bool pass(Layer::Kind kind, const Step& step, Visit& visit) {
    if (step.header_bytes == 0) return false;
    const bool whole = step.header_bytes <= left();
    if (!visit(Layer{kind, whole, id, offset, step.header_bytes}) || !whole) return false;
    offset += step.header_bytes;
    id = step.next_id;
    next = step.next;
    return true;
  }
};

}  // namespace detail

// Goes from header to header, outermost first, and calls `visit(const Layer&)` for each until it
// returns false. Reads no byte outside the packet and does not allocate. Supports Ethernet II, both
// versions of Linux cooked captures, raw IP, BSD loopback, PPP, Cisco HDLC, and IEEE 802.11 with
// and without radiotap; after them any number of VLAN tags and MPLS labels, PPPoE sessions, IPv4 or
// IPv6 with its extension headers, and TCP, UDP, SCTP or DCCP. The walk ends before anything else;
// the contents of a tunnel are payload.
//
// It is a function with a callback instead of an iterator, because the compiler can then specialize
// the callback for each kind of header, which makes a walk two to four times as fast.
template <class Visit>
void walk_layers(const uint8_t* data, uint32_t bytes, uint32_t link_type, Visit&& visit) {
  using Kind = Layer::Kind;
  detail::Place here{.data = data, .bytes = bytes};
  if (link_type == kLinkTypeEthernet) [[likely]] {
    if (!here.pass(Kind::kEthernet, detail::over_ethernet(data, bytes), visit)) return;
  } else {
    here.next = detail::start_of(link_type, data, bytes);
  }
  while (here.next < Kind::kIpv4) {
    const Kind kind = here.next;
    if (kind == Kind::kNone) return;
    const bool on =
        kind == Kind::kVlan
            ? here.pass(Kind::kVlan, detail::over_vlan(here.at(), here.left()), visit)
            : here.pass(kind, detail::step_over(kind, here.id, here.at(), here.left()), visit);
    if (!on) return;
  }
  if (here.next == Kind::kIpv4) {
    if (!here.pass(Kind::kIpv4, detail::over_ipv4(here.at(), here.left()), visit)) return;
  } else {
    if (!here.pass(Kind::kIpv6, detail::over_ipv6(here.at(), here.left()), visit)) return;
    while (here.next == Kind::kIpv6Extension) {
      const auto step = detail::over_extension(here.id, here.at(), here.left());
      if (!here.pass(Kind::kIpv6Extension, step, visit)) return;
    }
  }
  if (here.next == Kind::kNone) return;
  (void)here.pass(here.next, detail::over_transport(here.next, here.at(), here.left()), visit);
}

// How many bytes are in front of the IP header that the walk finds; 0 if it finds none.
uint32_t network_offset(const uint8_t* data, uint32_t bytes, uint32_t link_type) noexcept;

}  // namespace gophercap::packet
