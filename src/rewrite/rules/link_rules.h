// What is to change in the Ethernet headers of frames.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "packet/layers.h"
#include "rewrite/ethernet/mac_address.h"
#include "rewrite/network/prefix.h"

namespace gophercap::rewrite {

// A station gets the address `to`: the one that has `from`, or every host of a network.
struct MacRule {
  std::optional<Prefix> hosts{};  // empty: `from` counts
  MacAddress from{};
  MacAddress to{};
};

// A change of the stack of VLAN tags.
struct VlanRule {
  enum class Kind : uint8_t {
    kPop,
    kPopAll,
    kMap,
    kPriority,
    kPush,
  };
  Kind kind = Kind::kPop;
  uint16_t from = 0;                   // kMap: this VLAN …
  uint16_t id = 0;                     // … becomes that one. kPush: the VLAN of the new tag
  uint8_t priority = 0;                // kPriority, kPush
  uint16_t type = packet::kEtherVlan;  // kPush: the EtherType of the new tag
};

// Both fail with kInvalidArgument.
// "OLD=NEW", where OLD is an address of a station, or a prefix of IP addresses.
Result<MacRule> parse_mac_rule(std::string_view text);
// "pop", "pop:all", "map:OLD=NEW", "priority:P", or "push:ID", which may be followed by
// ",priority=P" and ",802.1ad".
Result<VlanRule> parse_vlan_rule(std::string_view text);

std::string to_text(const MacRule& rule);
std::string to_text(const VlanRule& rule);

}  // namespace gophercap::rewrite
