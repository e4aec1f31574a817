#include "rewrite/network/packet_rewriter.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "base/bytes.h"
#include "packet/layers.h"
#include "packet/link_type.h"
#include "rewrite/checksum.h"
#include "rewrite/ethernet/ethernet_form.h"
#include "rewrite/network/ip_protocols.h"
#include "rewrite/network/ipv4_options.h"
#include "rewrite/network/ipv6_path.h"

namespace gophercap::rewrite {
namespace {

// Packets in packets; more are left alone.
constexpr uint8_t kMostDepth = 12;

// The addresses that a checksum covers, as they were.
class CoveredAddresses {
 public:
  CoveredAddresses(const Edits& edits, const Datagram& datagram) noexcept {
    std::memcpy(source_, edits.at(datagram.source), datagram.address_bytes());
    if (datagram.destination != 0)
      std::memcpy(destination_, edits.at(datagram.destination), datagram.address_bytes());
  }
  Change change(const Edits& edits, const Datagram& datagram) const noexcept {
    const uint32_t bytes = datagram.address_bytes();
    // A pseudo header begins where a payload would.
    Change change = Change::of(datagram.at, source_, edits.at(datagram.source), bytes);
    if (datagram.destination != 0)
      change += Change::of(datagram.at, destination_, edits.at(datagram.destination), bytes);
    return change;
  }

 private:
  uint8_t source_[16];
  uint8_t destination_[16];
};

Change put_high_byte(Edits& edits, uint32_t at, uint8_t value) noexcept {
  return edits.put_word(at, static_cast<uint16_t>(value << 8 | edits.byte(at + 1)));
}
Change put_low_byte(Edits& edits, uint32_t at, uint8_t value) noexcept {
  return edits.put_word(at, static_cast<uint16_t>(edits.byte(at) << 8 | value));
}
// The two bits of ECN come after it.
Change put_service(Edits& edits, uint32_t at, unsigned shift, uint8_t dscp) noexcept {
  const unsigned others = edits.word(at) & ~(0x3fu << shift);
  return edits.put_word(at, static_cast<uint16_t>(others | (dscp & 0x3fu) << shift));
}

Change fix_header(Edits& edits, uint32_t at, uint32_t bytes) noexcept {
  InternetSum sum;
  sum.add(edits.at(at), 10);
  sum.add(edits.at(at + 12), bytes - 12);
  return edits.put_word(at + 10, sum.checksum());
}

bool has_ports(const Datagram& datagram) noexcept {
  switch (datagram.protocol) {
    case packet::kIpTcp:
    case packet::kIpUdp:
    case packet::kIpSctp:
    case packet::kIpDccp:
    case kIpUdpLite:
      return datagram.part.has(datagram.at, 4);
    default:
      return false;
  }
}

// Everything that the checksum covers was captured.
bool is_complete(const Datagram& datagram) noexcept {
  return datagram.part.whole() && !datagram.fragment && datagram.destination != 0;
}

}  // namespace

// ---- what carries IP ----

void PacketRewriter::frame(const packet::Frame& frame) noexcept {
  const Part part{frame.bytes, std::max(frame.bytes, frame.original_bytes)};
  if (frame.link_type == packet::kLinkTypeEthernet) [[likely]] {
    ethernet(0, part, {});
  } else {
    other_link(frame, part);
  }
}

void PacketRewriter::other_link(const packet::Frame& frame, const Part& part) noexcept {
  const auto form = ethernet_form(frame);
  if (!form) return;
  const Part payload{std::min(part.end, form->end), form->end};
  if (form->aggregate) {
    for (uint32_t at = form->begin; payload.has(at, packet::kEthernetHeaderBytes);) {
      const uint32_t next = at + packet::kEthernetHeaderBytes + edits_.word(at + 12);
      ethernet(at, payload, {});
      at += (next - at + 3) / 4 * 4;
    }
  } else if (form->header_bytes == 0) {
    ethernet(form->begin, payload, {});
  } else if (form->header_bytes == packet::kEthernetHeaderBytes) {
    by_type(load_be16(form->header.data() + 12), form->begin, payload, {});
  } else if (payload.has(form->begin, 2)) {  // a tag of a switch was removed
    by_type(edits_.word(form->begin), form->begin + 2, payload, {});
  }
}

Change PacketRewriter::ethernet(uint32_t at, const Part& part, Place place) noexcept {
  if (!part.has(at, packet::kEthernetHeaderBytes)) return {};
  return by_type(edits_.word(at + 12), at + packet::kEthernetHeaderBytes, part, place);
}

Change PacketRewriter::by_type(uint16_t type, uint32_t at, const Part& part, Place place) noexcept {
  while (packet::is_vlan_type(type)) {
    if (!part.has(at, 4)) return {};
    type = edits_.word(at + 2);
    at += 4;
  }
  if (++place.depth > kMostDepth) return {};
  switch (type) {
    case packet::kEtherIpv4:
    case packet::kEtherIpv6:
      return ip(at, part, place);
    case packet::kEtherMpls:
    case packet::kEtherMplsUpstream:
      return labels(at, part, place);
    case packet::kEtherPppoeSession:
      return pppoe(at, part, place);
    case kEtherPpp:
      return ppp(at, part, place, false);
    case kEtherArp:
    case kEtherReverseArp:
      return applies(place, false) ? rewrite_arp(addresses_, at, part) : Change();
    case kEtherBridged:
      return ethernet(at, part, place);
    case kEtherBackbone:
      return ethernet(at + 4, part, place);
    case kEtherFabricPath:
      return ethernet(at + 2, part, place);
    case kEtherService:
      return service_header(at, part, place);
    default:
      return type < kLeastEtherType ? snap(at, part, place) : Change();
  }
}

// MPLS does not say what it carries, so the IP version decides; 0 is the control word of other
// contents, usually Ethernet (RFC 4928).
Change PacketRewriter::labels(uint32_t at, const Part& part, Place place) noexcept {
  bool bottom = false;
  while (!bottom) {
    if (!part.has(at, 4)) return {};
    bottom = (edits_.byte(at + 2) & 1) != 0;
    at += 4;
  }
  const bool has_control_word = part.has(at, 1) && edits_.byte(at) >> 4 == 0;
  return has_control_word ? ethernet(at + 4, part, place) : ip(at, part, place);
}

Change PacketRewriter::service_header(uint32_t at, const Part& part, Place place) noexcept {
  if (!part.has(at, 8)) return {};
  const uint32_t contents = at + (edits_.byte(at + 1) & 0x3fu) * 4;
  constexpr uint16_t kTypes[] = {0, packet::kEtherIpv4, packet::kEtherIpv6, kEtherBridged,
                                 0, packet::kEtherMpls};
  const uint8_t next = edits_.byte(at + 3);
  const bool known = next < std::size(kTypes) && kTypes[next] != 0 && contents > at;
  return known ? by_type(kTypes[next], contents, part, place) : Change();
}

Change PacketRewriter::snap(uint32_t at, const Part& part, Place place) noexcept {
  if (!part.has(at, 8)) return {};
  const uint8_t* const llc = edits_.at(at);
  const bool is_snap = load_be32(llc) == 0xaaaa0300 && (load_be16(llc + 4) & ~0xf8u) == 0;
  const uint16_t type = edits_.word(at + 6);
  return is_snap && type >= kLeastEtherType ? by_type(type, at + 8, part, place) : Change();
}

// RFC 1661. In PPPoE there is neither an address and control field nor a short protocol field.
Change PacketRewriter::ppp(uint32_t at, const Part& part, Place place, bool in_ethernet) noexcept {
  if (!in_ethernet && part.has(at, 2) && edits_.word(at) == 0xff03) at += 2;
  if (!part.has(at, 2)) return {};
  uint16_t protocol = edits_.word(at);
  uint32_t bytes = 2;
  if (!in_ethernet && (edits_.byte(at) & 1) != 0) {
    protocol = edits_.byte(at);
    bytes = 1;
  }
  if (protocol == 0x0021 || protocol == 0x0057) return ip(at + bytes, part, place);
  return protocol == 0x0281 ? labels(at + bytes, part, place) : Change();
}

Change PacketRewriter::pppoe(uint32_t at, Part part, Place place) noexcept {
  if (!part.has(at, 6)) return {};
  part.limit(uint64_t{at} + 6 + edits_.word(at + 4), uint64_t{at} + 8);
  return ppp(at + 6, part, place, true);
}

// ---- IP ----

bool PacketRewriter::applies(Place place, bool is_tunnel) const noexcept {
  switch (rules_.side) {
    case TunnelSide::kOutside:
      return !place.inside;
    case TunnelSide::kInside:
      return place.inside || !is_tunnel;
    default:
      return true;
  }
}

// The version decides, as it does for most receivers.
Change PacketRewriter::ip(uint32_t at, const Part& part, Place place) noexcept {
  if (!part.has(at, 1)) return {};
  const unsigned version = edits_.byte(at) >> 4;
  if (version == 4) return ipv4(at, part, place);
  return version == 6 ? ipv6(at, part, place) : Change();
}

Change PacketRewriter::ipv4(uint32_t at, Part part, Place place) noexcept {
  if (!part.has(at, 20)) return {};
  const uint32_t header_bytes = (edits_.byte(at) & 0x0fu) * 4;
  if (header_bytes < 20) return {};
  if (const uint16_t total = edits_.word(at + 2); total != 0)
    part.limit(uint64_t{at} + total, uint64_t{at} + header_bytes);
  const bool whole_header = part.has(at, header_bytes);
  const uint32_t options_end = whole_header ? at + header_bytes : at + 20;
  const uint16_t fragment = edits_.word(at + 6);
  const uint32_t route = end_of_ipv4_route(edits_, at + 20, options_end);
  Carried carried{.datagram = {.part = part,
                               .at = at + header_bytes,
                               .source = at + 12,
                               .destination = route != 0 ? route : at + 16,
                               .protocol = edits_.byte(at + 9),
                               .fragment = (fragment & 0x3fff) != 0},
                  .reached = whole_header && (fragment & 0x1fff) == 0};
  look_at(carried, place);
  Change change;
  if (carried.here) {
    if (addresses_.active()) {
      const CoveredAddresses before(edits_, carried.datagram);
      change += addresses_.ipv4(at + 12) + addresses_.ipv4(at + 16);
      change += rewrite_ipv4_options(addresses_, at + 20, options_end);
      carried.addresses = before.change(edits_, carried.datagram);
    }
    if (!place.quoted) {
      if (rules_.ttl) change += put_high_byte(edits_, at + 8, *rules_.ttl);
      if (rules_.dscp) change += put_service(edits_, at, 2, *rules_.dscp);
    }
  }
  change += fixes(place) && whole_header ? fix_header(edits_, at, header_bytes)
                                         : edits_.update_checksum(at + 10, change);
  return change + payload(carried, place);
}

Change PacketRewriter::ipv6(uint32_t at, const Part& part, Place place) noexcept {
  if (!part.has(at, 40)) return {};
  const Ipv6Path path = ipv6_path(edits_, at, part);
  Carried carried{.datagram = path.datagram, .reached = path.reached};
  look_at(carried, place);
  Change change;
  if (carried.here) {
    if (addresses_.active()) {
      const CoveredAddresses before(edits_, carried.datagram);
      change += addresses_.ipv6(at + 8) + addresses_.ipv6(at + 24);
      change += rewrite_ipv6_extensions(addresses_, at, path.datagram.part);
      carried.addresses = before.change(edits_, carried.datagram);
    }
    if (!place.quoted) {
      const bool prescribed = path.reached && has_prescribed_hop_limit(edits_, path.datagram);
      if (rules_.ttl && !prescribed) change += put_low_byte(edits_, at + 6, *rules_.ttl);
      if (rules_.dscp) change += put_service(edits_, at, 6, *rules_.dscp);
    }
  }
  return change + payload(carried, place);
}

// ---- what IP carries ----

void PacketRewriter::look_at(Carried& carried, Place place) const noexcept {
  Datagram& datagram = carried.datagram;
  const bool udp = carried.reached && datagram.protocol == packet::kIpUdp;
  if (udp && !datagram.fragment && datagram.part.has(datagram.at, 8)) {
    const uint16_t length = edits_.word(datagram.at + 4);
    const uint64_t end = uint64_t{datagram.at} + length;
    if (length != 0 && end <= datagram.part.wire_end)
      datagram.part.limit(end, uint64_t{datagram.at} + 8);
  }
  // Of most packets, this is known at once.
  if (datagram.protocol != packet::kIpTcp)
    carried.tunnel = tunnel_of(edits_, datagram, carried.reached);
  carried.here = applies(place, carried.tunnel.found);
  if (!carried.reached) return;
  carried.checksum = checksum_field(edits_, datagram);
  carried.partial = carried.checksum.kind == ChecksumField::Kind::kSumWithAddresses &&
                    datagram.part.has(datagram.at + carried.checksum.offset, 2) &&
                    is_partial(edits_, datagram, carried.checksum);
}

Change PacketRewriter::payload(const Carried& carried, Place place) noexcept {
  if (!carried.reached) return {};
  const Datagram& datagram = carried.datagram;
  Ports ports_before{};
  if (datagram.part.has(datagram.at, 4))
    std::memcpy(ports_before.data(), edits_.at(datagram.at), 4);
  Change contents;
  if (carried.here && !rules_.ports.empty() && has_ports(datagram))
    contents += port(datagram.at) + port(datagram.at + 2);
  contents += carried.tunnel.found ? tunnel(carried, place) : control(carried, place);
  return contents + (carried.checksum.kind == ChecksumField::Kind::kCrc32c
                         ? crc(carried, ports_before, place)
                         : sum(carried, contents, place));
}

Change PacketRewriter::port(uint32_t at) noexcept {
  return edits_.put_word(at, rules_.ports.port(edits_.word(at)));
}

Change PacketRewriter::tunnel(const Carried& carried, Place place) noexcept {
  const Datagram& datagram = carried.datagram;
  const Tunnel& tunnel = carried.tunnel;
  place.inside = true;
  const Change contents =
      tunnel.type == 0 ? Change() : by_type(tunnel.type, tunnel.at, datagram.part, place);
  if (tunnel.gre_checksum == 0) return contents;
  return contents + (fixes(place) && datagram.part.whole() && !datagram.fragment
                         ? recompute(edits_, datagram, {ChecksumField::Kind::kSum, 4})
                         : edits_.update_checksum(tunnel.gre_checksum, contents));
}

// ICMP of the version of its IP.
Change PacketRewriter::control(const Carried& carried, Place place) noexcept {
  const Datagram& datagram = carried.datagram;
  if (datagram.protocol != (datagram.ipv6 ? kIpIcmpv6 : kIpIcmp)) return {};
  Change change;
  if (carried.here)
    change +=
        datagram.ipv6 ? rewrite_icmpv6(addresses_, datagram) : rewrite_icmp(addresses_, datagram);
  const Quote quote = quote_of(edits_, datagram);
  place.quoted = true;
  if (quote.at == 0 || ++place.depth > kMostDepth) return change;
  const Part part{quote.end, quote.end};
  return change + ip(quote.at, part, place);
}

bool PacketRewriter::fixes(Place place) const noexcept {
  return rules_.fix_checksums && !place.quoted;
}

Change PacketRewriter::sum(const Carried& carried, Change contents, Place place) noexcept {
  const Datagram& datagram = carried.datagram;
  const ChecksumField& field = carried.checksum;
  const uint32_t at = datagram.at + field.offset;
  if (field.kind == ChecksumField::Kind::kNone || !datagram.part.has(at, 2)) return {};
  const bool none = field.optional && edits_.word(at) == 0;
  // Over IPv6 only tunnels may be without (RFC 6935).
  const bool must_have_one = datagram.ipv6 && !carried.tunnel.found;
  if (fixes(place) && field.covers_all && is_complete(datagram) && (!none || must_have_one))
    return recompute(edits_, datagram, field);
  if (none) return {};
  if (carried.partial) return edits_.update_sum(at, carried.addresses);
  if (field.kind == ChecksumField::Kind::kSumWithAddresses) contents += carried.addresses;
  Change change = edits_.update_checksum(at, contents);
  if (field.optional && edits_.word(at) == 0) change += edits_.put_word(at, 0xffff);
  return change;
}

Change PacketRewriter::crc(const Carried& carried, const Ports& ports_before,
                           Place place) noexcept {
  const Datagram& datagram = carried.datagram;
  const uint32_t at = datagram.at + carried.checksum.offset;
  if (!datagram.part.has(at, 4)) return {};
  if (fixes(place) && is_complete(datagram)) return recompute(edits_, datagram, carried.checksum);
  return update_crc(edits_, datagram, at, ports_before);
}

}  // namespace gophercap::rewrite
