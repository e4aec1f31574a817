#include "packet/side.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "packet/layers.h"
#include "packet/mix.h"

namespace gophercap::packet {
namespace {

using Kind = Layer::Kind;

constexpr uint16_t kEtherArp = 0x0806;
constexpr uint8_t kIpIcmp = 1;
constexpr uint8_t kIpIcmpV6 = 58;

// The headers of a packet up to that of its outermost IP payload.
struct Outermost {
  const Frame& frame;
  Ends network{};
  uint8_t protocol = 0;
  bool fragment = false;
  bool later = false;  // a fragment, but not the first one
  uint32_t datagram = 0;
  Kind transport = Kind::kNone;
  uint16_t ether_type = 0;
  uint32_t end = 0;  // of the last header, without that of the transport

  const uint8_t* payload() const noexcept { return frame.data + end; }
  uint32_t payload_bytes() const noexcept { return frame.bytes - end; }

  bool take(const Layer& layer) noexcept {
    const uint8_t* const at = frame.data + layer.offset;
    switch (layer.kind) {
      case Kind::kEthernet:
        ether_type = load_be16(at + 12);
        break;
      case Kind::kVlan:
      case Kind::kLinuxCooked:
        ether_type = load_be16(at + (layer.kind == Kind::kVlan ? 2 : 14));
        break;
      case Kind::kLinuxCooked2:
        ether_type = load_be16(at);
        break;
      case Kind::kIpv4:
        take_ipv4(at);
        break;
      case Kind::kIpv6:
        network = {at + 8, at + 24, 16, at[24] == 0xff};
        protocol = at[6];
        break;
      case Kind::kIpv6Extension:
        take_extension(layer.id, at);
        break;
      case Kind::kTcp:
      case Kind::kUdp:
      case Kind::kSctp:
      case Kind::kDccp:
        transport = layer.kind;
        return false;
      default:
        break;
    }
    end = std::min(layer.offset + layer.header_bytes, frame.bytes);
    return true;
  }

 private:
  void take_ipv4(const uint8_t* at) noexcept {
    network = {at + 12, at + 16, 4, at[16] >= 224};
    protocol = at[9];
    const uint16_t bits = load_be16(at + 6);
    fragment = (bits & 0x3fff) != 0;
    later = (bits & 0x1fff) != 0;
    datagram = load_be16(at + 4);
  }
  void take_extension(uint16_t id, const uint8_t* at) noexcept {
    protocol = at[0];
    if (id != kIpFragment) return;
    const uint16_t bits = load_be16(at + 2);
    fragment = (bits & 0xfff9) != 0;
    later = (bits & 0xfff8) != 0;
    datagram = load_be32(at + 4);
  }
};

Outermost outermost(const Frame& frame) noexcept {
  Outermost found{.frame = frame};
  walk_layers(frame.data, frame.bytes, frame.link_type,
              [&](const Layer& layer) { return found.take(layer); });
  return found;
}

// --- keys ---

uint64_t hash_of(const uint8_t* address, uint32_t bytes, uint64_t number) noexcept {
  const uint64_t hash =
      bytes == 16 ? mix(load_le64(address), load_le64(address + 8)) : mix(load_le32(address), 0);
  return mix(hash, number);
}

uint64_t connection_key(const Ends& ends, uint16_t source_port,
                        uint16_t destination_port) noexcept {
  // The sum makes both directions equal.
  const uint64_t sum = hash_of(ends.source, ends.bytes, source_port) +
                       hash_of(ends.destination, ends.bytes, destination_port);
  return std::max<uint64_t>(mix(sum), 1);
}

uint64_t datagram_key(const Outermost& packet) noexcept {
  const Ends& ends = packet.network;
  // RFC 8200: over IPv6 the identification alone tells, and only the first fragment may be walked
  // up to its transport.
  const uint64_t protocol = ends.bytes == 4 ? packet.protocol : 0;
  const uint64_t id = uint64_t{1} << 40 | protocol << 32 | packet.datagram;
  return std::max<uint64_t>(
      mix(hash_of(ends.source, ends.bytes, id), hash_of(ends.destination, ends.bytes, 0)), 1);
}

// --- rules ---

Side by_addresses(const Ends& ends) noexcept {
  if (ends.source == nullptr || ends.to_group) return Side::kClient;
  const bool lower = std::memcmp(ends.source, ends.destination, ends.bytes) <= 0;
  return lower ? Side::kClient : Side::kServer;
}

template <size_t kCount>
bool is_one_of(const std::array<uint16_t, kCount>& ports, uint16_t port) noexcept {
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

// Both ends send to these ports of the other one.
constexpr std::array<uint16_t, 6> kTunnelPorts = {2152, 4341, 4789, 6081, 6635, 8472};
// DNS and the two DHCP: their clients may have a lower port.
constexpr std::array<uint16_t, 3> kUdpServers = {53, 67, 547};
constexpr uint16_t kDns = 53;

Side by_udp(const Outermost& packet, uint16_t from, uint16_t to) noexcept {
  const bool from_server = is_one_of(kUdpServers, from);
  if (from_server != is_one_of(kUdpServers, to)) return from_server ? Side::kServer : Side::kClient;
  constexpr uint32_t kUdpHeader = 8;
  if (from == kDns && to == kDns && packet.payload_bytes() > kUdpHeader + 2)
    return (packet.payload()[kUdpHeader + 2] & 0x80) != 0 ? Side::kServer : Side::kClient;
  if (packet.network.to_group) return Side::kClient;
  if (from == to || is_one_of(kTunnelPorts, from) || is_one_of(kTunnelPorts, to))
    return by_addresses(packet.network);
  return from < to ? Side::kServer : Side::kClient;
}

void add_transport(const Outermost& packet, SideClues& clues) noexcept {
  const uint8_t* const header = packet.payload();
  const uint16_t from = load_be16(header);
  const uint16_t to = load_be16(header + 2);
  if (packet.transport == Kind::kUdp) {
    clues.by_rule = by_udp(packet, from, to);
    return;
  }
  if (from != to) clues.by_rule = from < to ? Side::kServer : Side::kClient;
  if (packet.transport != Kind::kTcp) return;
  clues.key = connection_key(packet.network, from, to);
  if (packet.payload_bytes() <= 13) return;
  constexpr uint8_t kSyn = 0x02;
  constexpr uint8_t kAck = 0x10;
  const uint8_t flags = header[13];
  if ((flags & kSyn) != 0) {
    clues.opening = (flags & kAck) == 0 ? SideClues::Opening::kSyn : SideClues::Opening::kSynAck;
  }
}

struct IcmpType {
  uint8_t type;
  Side sender;
};
constexpr std::array<IcmpType, 12> kIcmpTypes = {{{8, Side::kClient},
                                                  {0, Side::kServer},
                                                  {10, Side::kClient},
                                                  {9, Side::kServer},
                                                  {13, Side::kClient},
                                                  {14, Side::kServer},
                                                  {15, Side::kClient},
                                                  {16, Side::kServer},
                                                  {17, Side::kClient},
                                                  {18, Side::kServer},
                                                  {42, Side::kClient},
                                                  {43, Side::kServer}}};
constexpr std::array<IcmpType, 10> kIcmpV6Types = {{{128, Side::kClient},
                                                    {129, Side::kServer},
                                                    {133, Side::kClient},
                                                    {134, Side::kServer},
                                                    {135, Side::kClient},
                                                    {136, Side::kServer},
                                                    {139, Side::kClient},
                                                    {140, Side::kServer},
                                                    {160, Side::kClient},
                                                    {161, Side::kServer}}};

bool is_icmp_error(const Outermost& packet, uint8_t type) noexcept {
  constexpr std::array<uint8_t, 5> kErrors = {3, 4, 5, 11, 12};
  return packet.protocol == kIpIcmpV6
             ? type >= 1 && type <= 4
             : std::find(kErrors.begin(), kErrors.end(), type) != kErrors.end();
}

enum class Quotes : uint8_t { kRead, kIgnored };

SideClues clues_of(const Frame& frame, Quotes quotes) noexcept;

// The sender of an error has received the packet that it quotes, or is on its way.
void add_error(const Outermost& packet, SideClues& clues) noexcept {
  constexpr uint32_t kIcmpHeader = 8;
  if (packet.payload_bytes() <= kIcmpHeader) return;
  const uint32_t bytes = packet.payload_bytes() - kIcmpHeader;
  const Frame quoted{packet.payload() + kIcmpHeader, bytes, bytes, kLinkTypeRaw};
  if (network_ends(quoted).source == nullptr) return;
  const SideClues about = clues_of(quoted, Quotes::kIgnored);
  clues.by_rule = opposite(about.by_rule);
  clues.key = about.key;
}

void add_icmp(const Outermost& packet, Quotes quotes, SideClues& clues) noexcept {
  if (packet.payload_bytes() == 0) return;
  const uint8_t type = packet.payload()[0];
  if (is_icmp_error(packet, type)) {
    if (quotes == Quotes::kRead) add_error(packet, clues);
    return;
  }
  const auto look_up = [&](const auto& types) {
    const auto found = std::find_if(types.begin(), types.end(),
                                    [&](const IcmpType& known) { return known.type == type; });
    if (found != types.end()) clues.by_rule = found->sender;
  };
  if (packet.protocol == kIpIcmpV6) {
    look_up(kIcmpV6Types);
  } else {
    look_up(kIcmpTypes);
  }
}

bool is_icmp(const Outermost& packet) noexcept {
  return packet.protocol == (packet.network.bytes == 4 ? kIpIcmp : kIpIcmpV6);
}

// The addresses of ARP for Ethernet and IPv4 (RFC 826).
struct Arp {
  Ends ends{};
  bool answers = false;
};
std::optional<Arp> arp_of(const Outermost& packet) noexcept {
  constexpr uint32_t kBytes = 28;
  if (packet.network.source != nullptr || packet.ether_type != kEtherArp ||
      packet.payload_bytes() < kBytes)
    return std::nullopt;
  const uint8_t* const at = packet.payload();
  if (load_be16(at + 2) != kEtherIpv4 || at[4] != 6 || at[5] != 4) return std::nullopt;
  return Arp{.ends = {at + 14, at + 24, 4, station_ends(packet.frame).to_group},
             .answers = (load_be16(at + 6) & 1) == 0};
}

SideClues clues_of(const Frame& frame, Quotes quotes) noexcept {
  const Outermost packet = outermost(frame);
  SideClues clues;
  if (packet.network.source == nullptr) {
    const std::optional<Arp> arp = arp_of(packet);
    clues.by_rule =
        arp ? (arp->answers ? Side::kServer : Side::kClient) : by_addresses(station_ends(frame));
    return clues;
  }
  clues.by_rule = by_addresses(packet.network);
  if (packet.later) {
    clues.key = datagram_key(packet);
    return clues;
  }
  if (packet.fragment) {
    clues.later = clues.by_rule;
    clues.datagram = datagram_key(packet);
  }
  if (packet.transport != Kind::kNone) {
    add_transport(packet, clues);
  } else if (is_icmp(packet)) {
    add_icmp(packet, quotes, clues);
  }
  return clues;
}

}  // namespace

Ends network_ends(const Frame& frame) noexcept {
  const Outermost packet = outermost(frame);
  if (packet.network.source != nullptr) return packet.network;
  const std::optional<Arp> arp = arp_of(packet);
  return arp ? arp->ends : Ends{};
}

Ends station_ends(const Frame& frame) noexcept {
  if (frame.link_type != kLinkTypeEthernet || frame.bytes < kEthernetHeaderBytes) return {};
  return {frame.data + 6, frame.data, 6, (frame.data[0] & 1) != 0};
}

SideClues side_clues(const Frame& frame) noexcept {
  return clues_of(frame, Quotes::kRead);
}

}  // namespace gophercap::packet
