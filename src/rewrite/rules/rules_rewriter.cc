#include "rewrite/rules/rules_rewriter.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "packet/layers.h"
#include "rewrite/network/rewrite_network.h"

namespace gophercap::rewrite {
namespace {

using packet::kAddressesBytes;
using packet::kEthernetHeaderBytes;
using packet::kVlanTagBytes;

constexpr uint16_t kEtherArp = 0x0806;
constexpr uint32_t kArpBytes = 28;  // for IPv4 on Ethernet

bool has_ethernet_header(const packet::Frame& frame) noexcept {
  return frame.link_type == packet::kLinkTypeEthernet && frame.bytes >= kEthernetHeaderBytes;
}

bool is_group(const uint8_t* mac) noexcept {
  return (mac[0] & 1) != 0;
}

// Number of complete tags behind the addresses. The type that follows each of them is in the frame.
uint32_t count_tags(const packet::Frame& frame) noexcept {
  uint32_t tags = 0;
  for (uint32_t at = kAddressesBytes; frame.bytes - at >= kVlanTagBytes + 2; at += kVlanTagBytes) {
    if (!packet::is_vlan_type(load_be16(frame.data + at))) break;
    ++tags;
  }
  return tags;
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
  // `captured` is the frame as it was, `to` the memory that is changed.
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
    if (arp_ > 0) {
      // What a host says about its own address. "Of every frame" is not about hosts.
      put(arp_ + 8, choose(arp_ + 8, true, std::nullopt));
      if (!is_unknown(arp_ + 18)) put(arp_ + 18, choose(arp_ + 18, false, std::nullopt));
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

// Changes the captured tags that are left, which begin at `tag`.
bool change_tags(const VlanRules& rules, uint8_t* tag, uint32_t tags) noexcept {
  bool changed = false;
  for (; tags > 0; --tags, tag += kVlanTagBytes) {
    const uint16_t before = load_be16(tag + 2);
    auto id = static_cast<uint16_t>(before & 0x0fff);
    const auto found =
        std::ranges::lower_bound(rules.map, id, {}, [](const auto& pair) { return pair.first; });
    if (found != rules.map.end() && found->first == id) id = found->second;
    uint16_t after = static_cast<uint16_t>((before & 0xf000) | id);
    if (rules.priority)
      after = static_cast<uint16_t>((after & 0x1fff) | (unsigned{*rules.priority} << 13));
    store_be16(tag + 2, after);
    changed = changed || after != before;
  }
  return changed;
}

void write_pushed(const VlanRules& rules, uint8_t* to) noexcept {
  for (size_t i = rules.push.size(); i-- > 0; to += kVlanTagBytes) {
    const VlanRule& tag = rules.push[i];
    store_be16(to, tag.type);
    store_be16(to + 2, static_cast<uint16_t>((unsigned{tag.priority} << 13) | tag.id));
  }
}

}  // namespace

bool RulesRewriter::rewrite(const packet::Frame& frame, uint64_t loop,
                            packet::FrameList& out) const {
  const bool ethernet = has_ethernet_header(frame);
  if (!may_change(frame.link_type) || frame.bytes == 0 || (!ethernet && rules_.network.empty())) {
    out.add(frame);
    return false;
  }
  const VlanRules& vlans = rules_.vlans;
  const uint32_t tags = ethernet ? count_tags(frame) : 0;
  const uint32_t popped = std::min(tags, vlans.pop);
  const uint32_t pushed = ethernet ? static_cast<uint32_t>(vlans.push.size()) : 0;
  const auto moved_by = static_cast<int32_t>((pushed - popped) * kVlanTagBytes);
  packet::Frame made = frame;
  made.bytes += static_cast<uint32_t>(moved_by);
  const int64_t original = int64_t{frame.original_bytes} + moved_by;
  made.original_bytes = static_cast<uint32_t>(std::clamp<int64_t>(original, 0, UINT32_MAX));
  uint8_t* const to = out.add_made(made);
  const uint32_t kept_at = kAddressesBytes + pushed * kVlanTagBytes;  // of tags that are left
  bool changed = popped > 0 || pushed > 0;
  if (!changed) {
    std::memcpy(to, frame.data, frame.bytes);
  } else {
    const uint32_t behind = kAddressesBytes + popped * kVlanTagBytes;
    std::memcpy(to, frame.data, kAddressesBytes);
    write_pushed(vlans, to + kAddressesBytes);
    std::memcpy(to + kept_at, frame.data + behind, frame.bytes - behind);
  }
  if (tags > popped && (!vlans.map.empty() || vlans.priority)) {
    changed = change_tags(vlans, to + kept_at, tags - popped) || changed;
  }
  if (ethernet && !rules_.macs.empty())
    changed = MacWriter(rules_.macs, frame, tags, to, moved_by).write() || changed;
  if (!rules_.network.empty()) {
    changed = rewrite_network(to, made.bytes, made.original_bytes, made.link_type, rules_.network,
                              loop) ||
              changed;
  }
  if (!changed) {
    out.remove_made();
    out.add(frame);
  }
  return changed;
}

}  // namespace gophercap::rewrite
