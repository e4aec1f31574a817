// The rows of the options that rewrite frames. Each one but --rewrite may also be a key in the file
// that --rewrite names.
#pragma once

#include <array>
#include <cstdint>

#include "cli/options/option_fields.h"
#include "cli/options/option_table.h"
#include "rewrite/network/network_rules.h"
#include "rewrite/rules/rules.h"

namespace gophercap::cli::rows {

using enum Command;
using enum Group;
using enum ValueType;

inline constexpr std::array kRewriteOptions = {
    OptionSpec(kReplay, kRewriting, "rewrite", "FILE", "replay.rewrite", kPath,
               "Rules in YAML; keys are the options below, which add to it or override it"),
    OptionSpec(kReplay, kRewriting, "map-ip", "OLD=NEW", "replay.map.ip", kPrefixPairs,
               "Move hosts of one prefix to another of the same length (repeatable)",
               {.field = field<&rewrite::RuleParts::addresses>}),
    OptionSpec(kReplay, kRewriting, "map-port", "OLD=NEW", "replay.map.port", kPortPairs,
               "Move a port, or a range: 80=8080, 8000-8010=9000-9010 (repeatable)",
               {.field = field<&rewrite::RuleParts::ports>}),
    OptionSpec(kReplay, kRewriting, "unique-ip", "", "replay.unique.ip", kBool,
               "Give hosts other addresses in each loop",
               {.field = field<&rewrite::RuleParts::unique_addresses>}),
    OptionSpec(kReplay, kRewriting, "tunnel-side", kChoiceOf<rewrite::TunnelSide>,
               "replay.tunnel.side", "Which IP headers of a packet in a tunnel change",
               {.default_value = "both", .field = field<&rewrite::RuleParts::side>}),
    OptionSpec(kReplay, kRewriting, "set-ttl", "N", "replay.set.ttl", kInteger,
               "TTL or hop limit of every packet", {.field = field<&rewrite::RuleParts::ttl>}),
    OptionSpec(kReplay, kRewriting, "set-dscp", "N", "replay.set.dscp", kInteger,
               "Differentiated services code point of every packet",
               {.field = field<&rewrite::RuleParts::dscp>}),
    OptionSpec(kReplay, kRewriting, "fix-checksums", "", "replay.fix.checksums", kBool,
               "Correct wrong checksums; otherwise they stay wrong",
               {.field = field<&rewrite::RuleParts::fix_checksums>}),
    OptionSpec(kReplay, kRewriting, "map-mac", "OLD=MAC", "replay.map.mac", kMacRules,
               "Replace a MAC address, or those of hosts: 10.0.0.0/8=MAC (repeatable)",
               {.field = field<&rewrite::RuleParts::macs>}),
    OptionSpec(kReplay, kRewriting, "set-src-mac", "MAC", "replay.set.src.mac", kMac,
               "Source MAC address of every frame", {.field = field<&rewrite::RuleParts::source>}),
    OptionSpec(kReplay, kRewriting, "set-dst-mac", "MAC", "replay.set.dst.mac", kMac,
               "Destination MAC address of every frame",
               {.field = field<&rewrite::RuleParts::destination>}),
    OptionSpec(kReplay, kRewriting, "vlan", "RULE", "replay.vlan", kVlanRules,
               "push:ID[,priority=P][,802.1ad], pop, pop:all, map:OLD=NEW, priority:P "
               "(repeatable)",
               {.field = field<&rewrite::RuleParts::vlans>}),
};

}  // namespace gophercap::cli::rows
