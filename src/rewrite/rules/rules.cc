#include "rewrite/rules/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>

#include "base/words.h"

namespace gophercap::rewrite {
namespace {

Error wrong(std::string_view option, std::string_view why) {
  return Error{Errc::kInvalidArgument, 0, fmt::format("--{}: {}", option, why)};
}

Result<std::optional<uint8_t>> byte_of(std::string_view option, std::optional<int64_t> value,
                                       int64_t least, int64_t most) {
  if (!value) return std::optional<uint8_t>();
  if (*value < least || *value > most)
    return wrong(option, fmt::format("must be {} to {}", least, most));
  return std::optional<uint8_t>(static_cast<uint8_t>(*value));
}

// The first of two neighbours with the same key; null: there are none.
template <class List, class Key>
const typename List::value_type* first_double(const List& sorted, Key key) {
  const auto found = std::ranges::adjacent_find(sorted, {}, key);
  return found == sorted.end() ? nullptr : &*found;
}

Result<MacRules> macs_of(const RuleParts& parts) {
  MacRules rules{.source = parts.source, .destination = parts.destination};
  for (const MacRule& rule : parts.macs) {
    if (rule.hosts) {
      rules.networks.emplace_back(*rule.hosts, rule.to);
    } else {
      rules.stations.emplace_back(rule.from, rule.to);
    }
  }
  std::ranges::sort(rules.stations);
  if (const auto* twice = first_double(rules.stations, [](const auto& s) { return s.first; }))
    return wrong("map-mac", to_text(twice->first) + " is given twice");
  const auto order = [](const auto& network) {
    return std::tuple(-int{network.first.length}, network.first.ipv6, network.first.first);
  };
  std::ranges::sort(rules.networks, {}, order);
  if (const auto* twice = first_double(rules.networks, order))
    return wrong("map-mac", to_text(twice->first) + " is given twice");
  return rules;
}

Result<VlanRules> vlans_of(const RuleParts& parts) {
  VlanRules rules;
  for (const VlanRule& rule : parts.vlans) {
    switch (rule.kind) {
      case VlanRule::Kind::kPop:
        rules.pop += rules.pop == VlanRules::kAll ? 0 : 1;
        break;
      case VlanRule::Kind::kPopAll:
        rules.pop = VlanRules::kAll;
        break;
      case VlanRule::Kind::kMap:
        rules.map.emplace_back(rule.from, rule.id);
        break;
      case VlanRule::Kind::kPriority:
        if (rules.priority) return wrong("vlan", "priority is given twice");
        rules.priority = rule.priority;
        break;
      case VlanRule::Kind::kPush:
        rules.push.push_back(rule);
        break;
    }
  }
  if (rules.push.size() > VlanRules::kMostPushed)
    return wrong("vlan", fmt::format("at most {} tags can be pushed", VlanRules::kMostPushed));
  std::ranges::sort(rules.map);
  if (const auto* twice = first_double(rules.map, [](const auto& m) { return m.first; }))
    return wrong("vlan", fmt::format("VLAN {} is mapped twice", twice->first));
  if (rules.pop != VlanRules::kAll) return rules;
  const auto is_moot = [](const VlanRule& rule) {
    return rule.kind == VlanRule::Kind::kMap || rule.kind == VlanRule::Kind::kPriority;
  };
  if (const auto moot = std::ranges::find_if(parts.vlans, is_moot); moot != parts.vlans.end()) {
    return wrong("vlan",
                 fmt::format("{} does nothing with pop:all, which leaves no tag", to_text(*moot)));
  }
  return rules;
}

Result<NetworkRules> network_of(const RuleParts& parts) {
  NetworkRules rules{.side = parts.side,
                     .fix_checksums = parts.fix_checksums,
                     .unique_addresses = parts.unique_addresses};
  Result<AddressMap> addresses = AddressMap::make(parts.addresses);
  if (!addresses) return addresses.error().with_context("--map-ip");
  rules.addresses = *std::move(addresses);
  Result<PortMap> ports = PortMap::make(parts.ports);
  if (!ports) return ports.error().with_context("--map-port");
  rules.ports = *std::move(ports);
  TRY(rules.ttl, byte_of("set-ttl", parts.ttl, 1, 255));
  TRY(rules.dscp, byte_of("set-dscp", parts.dscp, 0, 63));
  return rules;
}

std::vector<std::string> texts_of(const RuleParts& parts) {
  std::vector<std::string> texts;
  const auto add = [&](std::string_view name, const auto& value) {
    texts.push_back(fmt::format("{} {}", name, value));
  };
  const auto add_all = [&](std::string_view name, const auto& rules) {
    for (const auto& rule : rules) add(name, to_text(rule));
  };
  if (parts.source) add("set-src-mac", to_text(*parts.source));
  if (parts.destination) add("set-dst-mac", to_text(*parts.destination));
  add_all("map-mac", parts.macs);
  add_all("vlan", parts.vlans);
  add_all("map-ip", parts.addresses);
  add_all("map-port", parts.ports);
  if (parts.ttl) add("set-ttl", *parts.ttl);
  if (parts.dscp) add("set-dscp", *parts.dscp);
  if (parts.unique_addresses) texts.emplace_back("unique-ip");
  if (parts.fix_checksums) texts.emplace_back("fix-checksums");
  if (parts.side != TunnelSide::kBoth) add("tunnel-side", word_of(parts.side));
  return texts;
}

}  // namespace

Result<Rules> make_rules(const RuleParts& parts) {
  Rules rules;
  TRY(rules.macs, macs_of(parts));
  TRY(rules.vlans, vlans_of(parts));
  TRY(rules.network, network_of(parts));
  if (!rules.empty()) rules.texts = texts_of(parts);
  return rules;
}

}  // namespace gophercap::rewrite
