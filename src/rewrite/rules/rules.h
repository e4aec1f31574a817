// Everything that is to be rewritten in frames, as a value that any job can take.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "rewrite/ethernet/mac_address.h"
#include "rewrite/network/network_rules.h"
#include "rewrite/network/port_map.h"
#include "rewrite/network/prefix.h"
#include "rewrite/rules/link_rules.h"

namespace gophercap::rewrite {

// Rules one by one, as users give them, in options or in a file.
struct RuleParts {
  std::vector<PrefixPair> addresses{};
  std::vector<PortPair> ports{};
  std::optional<int64_t> ttl{};
  std::optional<int64_t> dscp{};
  TunnelSide side = TunnelSide::kBoth;
  bool unique_addresses = false;
  bool fix_checksums = false;
  std::optional<MacAddress> source{};  // of every frame
  std::optional<MacAddress> destination{};
  std::vector<MacRule> macs{};
  std::vector<VlanRule> vlans{};
};

// Of the outermost Ethernet header. A rule for a station comes before one for a network, and that
// before the address of every frame.
struct MacRules {
  std::optional<MacAddress> source{};
  std::optional<MacAddress> destination{};
  std::vector<std::pair<MacAddress, MacAddress>> stations{};  // ascending
  std::vector<std::pair<Prefix, MacAddress>> networks{};      // the longest prefix first

  bool empty() const noexcept {
    return !source && !destination && stations.empty() && networks.empty();
  }
};

// Of the tags behind the outermost Ethernet header: first the outermost ones are removed, then
// those that are left change, then new ones are added.
struct VlanRules {
  static constexpr uint32_t kAll = UINT32_MAX;
  static constexpr size_t kMostPushed = 8;

  uint32_t pop = 0;                                  // number of tags, or kAll
  std::vector<std::pair<uint16_t, uint16_t>> map{};  // ascending
  std::optional<uint8_t> priority{};
  std::vector<VlanRule> push{};  // the last one becomes the outermost

  bool empty() const noexcept { return pop == 0 && map.empty() && !priority && push.empty(); }
};

struct Rules {
  MacRules macs{};
  VlanRules vlans{};
  NetworkRules network{};
  // What they say, with the names of the options: "map-ip 10.0.0.0/8=172.16.0.0/8", "set-ttl 64".
  std::vector<std::string> texts{};

  bool empty() const noexcept { return macs.empty() && vlans.empty() && network.empty(); }
};

// Fails with kInvalidArgument if the parts contradict each other or have values out of range; the
// error begins with the name of the option.
Result<Rules> make_rules(const RuleParts& parts);

}  // namespace gophercap::rewrite
