#include "rewrite/rules/mac_writer.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "packet/layers.h"
#include "packet/vlan.h"

namespace gophercap::rewrite {
namespace {

using packet::kAddressesBytes;
using packet::kEthernetHeaderBytes;
using packet::kVlanTagBytes;

constexpr uint16_t kEtherArp = 0x0806;
constexpr uint32_t kArpBytes = 28;  // for IPv4 on Ethernet
constexpr uint32_t kIpv6Bytes = 40;
constexpr uint8_t kIcmpv6 = 58;
constexpr uint32_t kOptionBytes = 8;  // the unit of an option's length
constexpr uint8_t kSourceOption = 1;
constexpr uint8_t kTargetOption = 2;
constexpr uint32_t kTargetAt = 8;  // in the fixed part of a message that has a target
constexpr uint32_t kTargetEnd = kTargetAt + 16;

bool is_group(const uint8_t* mac) noexcept {
  return (mac[0] & 1) != 0;
}

// Where the options of neighbor discovery begin in its messages; 0: it is another message.
uint32_t fixed_bytes(uint8_t type) noexcept {
  switch (type) {
    case 133:  // router solicitation
      return 8;
    case 134:  // router advertisement
      return 16;
    case 135:  // neighbor solicitation
    case 136:  // neighbor advertisement
      return 24;
    case 137:  // redirect
      return 40;
    default:
      return 0;
  }
}

// The addresses of the two hosts that a frame goes from and to. IPv4 addresses are in the lowest
// bits.
struct Hosts {
  bool ipv6 = false;
  IpNumber source = 0;
  IpNumber destination = 0;
};

IpNumber address_at(const uint8_t* at, uint32_t bytes) noexcept {
  IpNumber address = 0;
  for (uint32_t i = 0; i < bytes; ++i) address = address << 8 | at[i];
  return address;
}

// Where an ARP packet for IPv4 begins; 0: the frame is not one.
uint32_t arp_at(const uint8_t* frame, uint32_t bytes, uint32_t tags) noexcept {
  constexpr uint8_t kBeginning[] = {0, 1, 8, 0, 6, 4};  // Ethernet, IPv4, lengths of addresses
  const uint32_t at = kEthernetHeaderBytes + tags * kVlanTagBytes;
  const bool is_arp = bytes >= at + kArpBytes && load_be16(frame + at - 2) == kEtherArp &&
                      std::equal(std::begin(kBeginning), std::end(kBeginning), frame + at);
  return is_arp ? at : 0;
}

std::optional<Hosts> hosts_of(const packet::Frame& frame, uint32_t arp) noexcept {
  if (arp > 0) {
    const uint8_t* const at = frame.data + arp;
    return Hosts{false, address_at(at + 14, 4), address_at(at + 24, 4)};
  }
  std::optional<Hosts> hosts;
  packet::walk_layers(frame.data, frame.bytes, frame.link_type,
                      [&](const packet::Layer& layer) noexcept {
                        const uint8_t* const at = frame.data + layer.offset;
                        if (layer.kind == packet::Layer::Kind::kIpv4)
                          hosts = Hosts{false, address_at(at + 12, 4), address_at(at + 16, 4)};
                        if (layer.kind == packet::Layer::Kind::kIpv6)
                          hosts = Hosts{true, address_at(at + 8, 16), address_at(at + 24, 16)};
                        return layer.kind < packet::Layer::Kind::kIpv4;
                      });
  return hosts;
}

// A message of neighbor discovery. Offsets in the frame.
struct Discovery {
  uint32_t at = 0;
  uint32_t options = 0;  // 0: it is none
  uint32_t end = 0;
  IpNumber source = 0;
  std::optional<IpNumber> target{};  // empty: messages of this type have none
};

Discovery discovery_in(const packet::Frame& frame) noexcept {
  Discovery found;
  packet::walk_layers(
      frame.data, frame.bytes, frame.link_type, [&](const packet::Layer& layer) noexcept {
        if (layer.kind != packet::Layer::Kind::kIpv6)
          return layer.kind < packet::Layer::Kind::kIpv4;
        const uint8_t* const at = frame.data + layer.offset;
        const uint32_t begin = layer.offset + kIpv6Bytes;
        const uint32_t bytes = std::min<uint32_t>(load_be16(at + 4), frame.bytes - begin);
        // These messages are not passed on by routers, and have no extension headers.
        if (at[6] != kIcmpv6 || at[7] != 255 || bytes < kOptionBytes) return false;
        const uint32_t fixed = fixed_bytes(frame.data[begin]);
        if (fixed == 0 || fixed > bytes || frame.data[begin + 1] != 0) return false;
        found = {begin, begin + fixed, begin + bytes, address_at(at + 8, 16)};
        if (fixed >= kTargetEnd) found.target = address_at(frame.data + begin + kTargetAt, 16);
        return false;
      });
  return found;
}

const MacAddress* of_station(const MacRules& rules, const uint8_t* mac) noexcept {
  MacAddress wanted{};
  std::copy_n(mac, wanted.size(), wanted.begin());
  const auto found = std::ranges::lower_bound(rules.stations, wanted, {},
                                              [](const auto& station) { return station.first; });
  return found != rules.stations.end() && found->first == wanted ? &found->second : nullptr;
}

const MacAddress* of_host(const MacRules& rules, bool ipv6, IpNumber host) noexcept {
  for (const auto& [prefix, mac] : rules.networks) {
    if (prefix.ipv6 == ipv6 && host >= prefix.first && host <= last_of(prefix)) return &mac;
  }
  return nullptr;
}

class MacWriter {
 public:
  MacWriter(const MacRules& rules, const packet::Frame& captured, uint32_t tags, uint8_t* to,
            int32_t moved_by)
      : rules_(rules),
        captured_(captured),
        arp_(arp_at(captured.data, captured.bytes, tags)),
        to_(to),
        moved_by_(moved_by) {
    if (!rules.networks.empty()) hosts_ = hosts_of(captured, arp_);
  }

  bool write() noexcept {
    constexpr uint32_t kSourceAt = 6;
    put(0, choose(0, false, rules_.destination));
    put(kSourceAt, choose(kSourceAt, true, rules_.source));
    // What hosts say about addresses. "Of every frame" is not about hosts.
    if (arp_ > 0) {
      put(arp_ + 8, choose(arp_ + 8, true, std::nullopt));
      if (!is_unknown(arp_ + 18)) put(arp_ + 18, choose(arp_ + 18, false, std::nullopt));
    } else if (!rules_.stations.empty() || !rules_.networks.empty()) {
      write_discovery(discovery_in(captured_));
    }
    return changed_;
  }

 private:
  // In a request, the address that is asked for is zero.
  bool is_unknown(uint32_t at) const noexcept {
    return std::all_of(captured_.data + at, captured_.data + at + 6,
                       [](uint8_t byte) { return byte == 0; });
  }

  const MacAddress* choose(uint32_t at, bool source,
                           const std::optional<MacAddress>& of_all) const noexcept {
    const uint8_t* const old = captured_.data + at;
    if (const MacAddress* mac = of_station(rules_, old)) return mac;
    // A frame to a group of hosts is not addressed to one of them.
    if (hosts_ && (source || !is_group(old))) {
      const IpNumber host = source ? hosts_->source : hosts_->destination;
      if (const MacAddress* mac = of_host(rules_, hosts_->ipv6, host)) return mac;
    }
    return of_all ? &*of_all : nullptr;
  }

  void write_discovery(const Discovery& message) noexcept {
    if (message.options == 0) return;
    const uint8_t* const data = captured_.data;
    for (uint32_t at = message.options; message.end - at >= kOptionBytes;) {
      const uint32_t bytes = data[at + 1] * kOptionBytes;
      if (bytes == 0 || bytes > message.end - at) return;
      if (bytes == kOptionBytes && (data[at] == kSourceOption || data[at] == kTargetOption))
        put_summed(at + 2, choose_in(message, at), message.at + 2);
      at += bytes;
    }
  }

  // For the address in an option.
  const MacAddress* choose_in(const Discovery& message, uint32_t option) const noexcept {
    const uint8_t* const data = captured_.data;
    if (const MacAddress* mac = of_station(rules_, data + option + 2)) return mac;
    if (data[option] == kSourceOption) return of_host(rules_, true, message.source);
    return message.target ? of_host(rules_, true, *message.target) : nullptr;
  }

  // With the checksum over it, which stays wrong if it is wrong (RFC 1624).
  void put_summed(uint32_t at, const MacAddress* mac, uint32_t checksum_at) noexcept {
    if (mac == nullptr) return;
    uint8_t* const field = to_ + checksum_at + moved_by_;
    uint32_t sum = static_cast<uint16_t>(~load_be16(field));
    for (uint32_t i = 0; i < mac->size(); i += 2) {
      sum += static_cast<uint16_t>(~load_be16(captured_.data + at + i));
      sum += load_be16(mac->data() + i);
    }
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    const uint16_t updated = static_cast<uint16_t>(~sum);
    const bool changed_before = std::exchange(changed_, false);
    put(at, mac);
    if (changed_) store_be16(field, updated);
    changed_ = changed_ || changed_before;
  }

  void put(uint32_t at, const MacAddress* mac) noexcept {
    if (mac == nullptr) return;
    uint8_t* const to = to_ + at + (at < kAddressesBytes ? 0 : moved_by_);
    if (std::equal(mac->begin(), mac->end(), to)) return;
    std::ranges::copy(*mac, to);
    changed_ = true;
  }

  const MacRules& rules_;
  const packet::Frame& captured_;
  const uint32_t arp_;
  uint8_t* const to_;
  const int32_t moved_by_;  // what is behind the tags
  std::optional<Hosts> hosts_;
  bool changed_ = false;
};

}  // namespace

bool write_macs(const MacRules& rules, const packet::Frame& captured, uint32_t tags, uint8_t* to,
                int32_t moved_by) noexcept {
  return MacWriter(rules, captured, tags, to, moved_by).write();
}

}  // namespace gophercap::rewrite
