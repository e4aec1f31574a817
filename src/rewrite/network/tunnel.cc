#include "rewrite/network/tunnel.h"

#include "base/bytes.h"
#include "packet/layers.h"
#include "rewrite/network/ip_protocols.h"

namespace gophercap::rewrite {
namespace {

constexpr Tunnel kNone{};
constexpr Tunnel kUnreadable{.found = true};

uint16_t type_by_version(const Edits& edits, const Part& part, uint32_t at) noexcept {
  if (!part.has(at, 1)) return 0;
  const unsigned version = edits.byte(at) >> 4;
  if (version == 4) return packet::kEtherIpv4;
  return version == 6 ? uint16_t{packet::kEtherIpv6} : uint16_t{0};
}

// Contents that must be IP to be taken for a tunnel's.
Tunnel ip_at(const Edits& edits, const Part& part, uint32_t at) noexcept {
  const uint16_t type = type_by_version(edits, part, at);
  return type == 0 ? kNone : Tunnel{true, type, at};
}

// ---- GRE (RFC 2784, RFC 2890; PPTP: RFC 2637) and ERSPAN ----

// The last byte of the header of version 3 says whether another one follows.
Tunnel erspan3(const Edits& edits, const Part& part, uint32_t at) noexcept {
  if (!part.has(at, 12)) return kUnreadable;
  return {true, kEtherBridged, at + ((edits.byte(at + 11) & 1) != 0 ? 20 : 12)};
}

// Web cache redirection: version 2 has a header of four bytes.
Tunnel redirected(const Edits& edits, const Part& part, uint32_t at) noexcept {
  const bool first = type_by_version(edits, part, at) == packet::kEtherIpv4;
  return {true, packet::kEtherIpv4, first ? at : at + 4};
}

Tunnel gre(const Edits& edits, const Datagram& datagram) noexcept {
  constexpr uint16_t kChecksum = 0x8000;
  constexpr uint16_t kRouting = 0x4000;
  constexpr uint16_t kKey = 0x2000;
  constexpr uint16_t kSequence = 0x1000;
  constexpr uint16_t kAcknowledgement = 0x0080;
  const Part& part = datagram.part;
  if (!part.has(datagram.at, 4)) return kUnreadable;
  const uint16_t flags = edits.word(datagram.at);
  const uint16_t type = edits.word(datagram.at + 2);
  const unsigned version = flags & 7;
  if (version > 1 || (flags & kRouting) != 0) return kUnreadable;
  const bool acknowledges = version == 1 && (flags & kAcknowledgement) != 0;
  const uint32_t bytes = 4 + ((flags & kChecksum) != 0 ? 4u : 0u) +
                         ((flags & kKey) != 0 ? 4u : 0u) + ((flags & kSequence) != 0 ? 4u : 0u) +
                         (acknowledges ? 4u : 0u);
  const uint32_t at = datagram.at + bytes;
  if (!part.has(at, 0)) return kUnreadable;
  Tunnel tunnel{true, type, at};
  if (type == kEtherWccp) tunnel = redirected(edits, part, at);
  if (type == kEtherErspan3) tunnel = erspan3(edits, part, at);
  // Version 1 has neither a sequence number nor a header of its own.
  if (type == kEtherErspan2)
    tunnel = {true, kEtherBridged, at + ((flags & kSequence) != 0 ? 8 : 0)};
  if ((flags & kChecksum) != 0 && part.has(datagram.at + 4, 2))
    tunnel.gre_checksum = datagram.at + 4;
  return tunnel;
}

// ---- UDP ----

Tunnel vxlan(const Edits& edits, const Part& part, uint32_t at) noexcept {
  if (!part.has(at, 8)) return kUnreadable;
  return (edits.byte(at) & 0x08) != 0 ? Tunnel{true, kEtherBridged, at + 8} : kNone;
}

Tunnel vxlan_gpe(const Edits& edits, const Part& part, uint32_t at) noexcept {
  if (!part.has(at, 8)) return kUnreadable;
  if ((edits.byte(at) & 0x0c) != 0x0c) return kNone;
  switch (edits.byte(at + 3)) {
    case 1:
      return {true, packet::kEtherIpv4, at + 8};
    case 2:
      return {true, packet::kEtherIpv6, at + 8};
    case 3:
      return {true, kEtherBridged, at + 8};
    case 4:
      return {true, kEtherService, at + 8};
    default:
      return kUnreadable;
  }
}

Tunnel geneve(const Edits& edits, const Part& part, uint32_t at) noexcept {
  if (!part.has(at, 8)) return kUnreadable;
  if (edits.byte(at) >> 6 != 0) return kNone;
  return {true, edits.word(at + 2), at + 8 + (edits.byte(at) & 0x3fu) * 4};
}

// 3GPP TS 29.281. Only messages of type 255 carry packets.
Tunnel gtp(const Edits& edits, const Part& part, uint32_t at) noexcept {
  if (!part.has(at, 8)) return kUnreadable;
  const uint8_t flags = edits.byte(at);
  if ((flags & 0xf0) != 0x30 || edits.byte(at + 1) != 255) return kNone;
  constexpr uint8_t kExtended = 0x04;
  if ((flags & 0x07) == 0) return ip_at(edits, part, at + 8);
  if (!part.has(at, 12)) return kUnreadable;
  uint8_t extension = (flags & kExtended) != 0 ? edits.byte(at + 11) : uint8_t{0};
  uint32_t next = at + 12;
  while (extension != 0) {
    if (!part.has(next, 4)) return kUnreadable;
    const uint32_t bytes = edits.byte(next) * 4u;
    if (bytes == 0 || !part.has(next, bytes)) return kUnreadable;
    next += bytes;
    extension = edits.byte(next - 1);
  }
  return ip_at(edits, part, next);
}

// Data messages of version 2 (RFC 2661), which carry PPP.
Tunnel l2tp(const Edits& edits, const Part& part, uint32_t at) noexcept {
  constexpr uint16_t kControl = 0x8000;
  constexpr uint16_t kLength = 0x4000;
  constexpr uint16_t kSequence = 0x0800;
  constexpr uint16_t kOffset = 0x0200;
  if (!part.has(at, 6)) return kUnreadable;
  const uint16_t flags = edits.word(at);
  if ((flags & 0x000f) != 2 || (flags & kControl) != 0) return kNone;
  uint32_t next =
      at + 6 + ((flags & kLength) != 0 ? 2u : 0u) + ((flags & kSequence) != 0 ? 4u : 0u);
  if ((flags & kOffset) != 0) {
    if (!part.has(next, 2)) return kUnreadable;
    next += 2u + edits.word(next);
  }
  return {true, kEtherPpp, next};
}

// RFC 4380. The port alone does not say much.
Tunnel teredo(const Edits& edits, const Part& part, uint32_t at) noexcept {
  constexpr uint32_t kPrefix = 0x2001'0000;
  if (part.has(at, 4) && edits.word(at) == 1)
    at += 4u + edits.byte(at + 2) + edits.byte(at + 3) + 9;
  if (part.has(at, 8) && edits.word(at) == 0) at += 8;
  if (!part.has(at, 40) || edits.byte(at) >> 4 != 6) return kNone;
  // Trailers may follow the packet if one of its hosts has an address of Teredo's prefix.
  const uint64_t end = uint64_t{at} + 40 + edits.word(at + 4);
  const bool has_prefix =
      load_be32(edits.at(at + 8)) == kPrefix || load_be32(edits.at(at + 24)) == kPrefix;
  const bool fits = end == part.wire_end || (has_prefix && end < part.wire_end);
  return fits ? Tunnel{true, packet::kEtherIpv6, at} : kNone;
}

Tunnel udp(const Edits& edits, const Datagram& datagram) noexcept {
  if (!datagram.part.has(datagram.at, 8)) return kNone;
  const uint32_t at = datagram.at + 8;
  const Part& part = datagram.part;
  const uint16_t port = edits.word(datagram.at + 2);
  switch (port) {
    case 4789:
    case 8472:  // which Linux used first
      return vxlan(edits, part, at);
    case 4790:
      return vxlan_gpe(edits, part, at);
    case 6081:
      return geneve(edits, part, at);
    case 2152:
      return gtp(edits, part, at);
    case 1701:
      return l2tp(edits, part, at);
    case 6635:
      return {true, packet::kEtherMpls, at};
    default: {
      // The initiator may use any port, so answers come from the known one.
      constexpr uint16_t kTeredo = 3544;
      const uint16_t from = edits.word(datagram.at);
      if (from == 2152) return gtp(edits, part, at);
      if (from == 1701) return l2tp(edits, part, at);
      return port == kTeredo || from == kTeredo ? teredo(edits, part, at) : kNone;
    }
  }
}

}  // namespace

Tunnel tunnel_of(const Edits& edits, const Datagram& datagram, bool reached) noexcept {
  switch (datagram.protocol) {
    case packet::kIpUdp:
      return reached ? udp(edits, datagram) : kNone;
    case kIpInIp:
      return reached ? Tunnel{true, packet::kEtherIpv4, datagram.at} : kUnreadable;
    case kIpv6InIp:
      return reached ? Tunnel{true, packet::kEtherIpv6, datagram.at} : kUnreadable;
    case kIpGre:
      return reached ? gre(edits, datagram) : kUnreadable;
    case kIpEtherIp:
      return reached ? Tunnel{true, kEtherBridged, datagram.at + 2} : kUnreadable;
    case kIpMpls:
      return reached ? Tunnel{true, packet::kEtherMpls, datagram.at} : kUnreadable;
    default:
      return kNone;
  }
}

}  // namespace gophercap::rewrite
