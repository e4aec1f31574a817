// Addresses, ports and fields of a packet are rewritten. The first four bytes of an input are the
// link type, the rules (Rule), the loop, and by how much the packet was longer than its capture;
// the rest is the packet. Rules for MAC addresses and VLAN tags are applied to every input too.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "packet/frame_step.h"
#include "rewrite/network/rewrite_network.h"
#include "rewrite/network/rule_text.h"
#include "rewrite/rules/link_rules.h"
#include "rewrite/rules/rules.h"
#include "rewrite/rules/rules_rewriter.h"

namespace {

namespace rewrite = gophercap::rewrite;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

rewrite::AddressMap addresses() {
  std::vector<rewrite::PrefixPair> pairs;
  for (const char* text : {"10.0.0.0/8=44.0.0.0/8", "0.0.0.0=255.255.255.255",
                           "2001:db8::/32=fd00:1::/32", "::/96=fe80::/96"})
    pairs.push_back(*rewrite::parse_prefix_pair(text));
  return *rewrite::AddressMap::make(pairs);
}

rewrite::PortMap ports() {
  std::vector<rewrite::PortPair> pairs;
  for (const char* text : {"53=5353", "1024-2047=2048-3071", "4789=80"})
    pairs.push_back(*rewrite::parse_port_pair(text));
  return *rewrite::PortMap::make(pairs);
}

enum Rule : uint8_t {
  kAddresses = 1,
  kPorts = 2,
  kTtl = 4,
  kDscp = 8,
  kFix = 16,
  kUnique = 32,
  kInside = 64,
  kOutside = 128,
};

rewrite::NetworkRules rules_of(uint8_t which) {
  static const rewrite::AddressMap kAddressMap = addresses();
  static const rewrite::PortMap kPortMap = ports();
  rewrite::NetworkRules rules;
  if ((which & kAddresses) != 0) rules.addresses = kAddressMap;
  if ((which & kPorts) != 0) rules.ports = kPortMap;
  if ((which & kTtl) != 0) rules.ttl = 64;
  if ((which & kDscp) != 0) rules.dscp = 46;
  rules.fix_checksums = (which & kFix) != 0;
  rules.unique_addresses = (which & kUnique) != 0;
  if ((which & kInside) != 0) rules.side = rewrite::TunnelSide::kInside;
  if ((which & kOutside) != 0) rules.side = rewrite::TunnelSide::kOutside;
  return rules;
}

rewrite::RulesRewriter link_rewriter(std::span<const char* const> vlans) {
  rewrite::RuleParts parts;
  for (const char* text : {"10.0.0.0/8=02:aa:00:00:00:08", "::/1=02:aa:00:00:00:09",
                           "2001:db8::1=02:aa:00:00:00:0a", "02:00:00:00:00:01=02:aa:00:00:00:0b"})
    parts.macs.push_back(*rewrite::parse_mac_rule(text));
  for (const char* text : vlans) parts.vlans.push_back(*rewrite::parse_vlan_rule(text));
  parts.ttl = 64;
  return rewrite::RulesRewriter(*rewrite::make_rules(parts));
}

void rewrite_links(std::span<const uint8_t> bytes, uint32_t original, uint32_t link_type,
                   uint64_t loop) {
  static constexpr std::array kOneLess = {"pop", "map:1=2", "priority:3"};
  static constexpr std::array kNew = {"pop:all", "push:5,priority=2", "push:6,802.1ad"};
  static const rewrite::RulesRewriter kRewriters[] = {link_rewriter({}), link_rewriter(kOneLess),
                                                      link_rewriter(kNew)};
  const auto length = static_cast<uint32_t>(bytes.size());
  for (const rewrite::RulesRewriter& rewriter : kRewriters) {
    gophercap::packet::FrameList list;
    const bool changed = rewriter.rewrite({bytes.data(), length, original, link_type}, loop, list);
    require(list.frames().size() == 1);
    const gophercap::packet::Frame& made = list.frames().front();
    require(made.bytes <= length + rewriter.growth_bytes());
    require(!changed || rewriter.may_change(link_type));
    require(made.bytes == length || rewriter.may_resize(link_type));
    require(made.original_bytes - made.bytes == original - length);
  }
}

// A checksum that is 0 or all ones has two forms; which one it had is not kept.
void require_same(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  for (size_t i = 0; i < a.size(); ++i) {
    const auto extreme = [](uint8_t byte) { return byte == 0 || byte == 0xff; };
    require(a[i] == b[i] || (extreme(a[i]) && extreme(b[i])));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  constexpr auto kLinkTypes =
      std::to_array<uint32_t>({1,   101, 113, 9,   0,   50,  51,  104, 105, 107, 108, 119,
                               127, 163, 192, 219, 228, 239, 258, 276, 281, 282, 284, 285});
  const uint32_t link_type = kLinkTypes[data[0] % kLinkTypes.size()];
  const uint64_t loop = data[2];
  // In memory of its own length.
  const std::vector<uint8_t> before(data + 4, data + size);
  std::vector<uint8_t> bytes = before;
  const auto length = static_cast<uint32_t>(bytes.size());
  const uint32_t original = length + data[3];
  const auto apply = [&](uint8_t which) {
    return rewrite::rewrite_network(bytes.data(), length, original, link_type, rules_of(which),
                                    loop);
  };
  require(!apply(0) && bytes == before);
  const bool changed = apply(data[1]);
  require(changed || bytes == before);
  rewrite_links(before, original, link_type, loop);
  // These pairs of networks change places, so a second time restores the packet.
  bytes = before;
  const auto which = static_cast<uint8_t>(kAddresses | (data[1] & (kInside | kOutside)));
  if (apply(which)) apply(which);
  require_same(bytes, before);
  return 0;
}
