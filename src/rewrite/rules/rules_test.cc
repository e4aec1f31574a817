#include "rewrite/rules/rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "packet/frame.h"
#include "packet/frame_step.h"
#include "rewrite/network/rule_text.h"
#include "rewrite/packet_for_test.h"
#include "rewrite/rules/rules_rewriter.h"

namespace gophercap::rewrite {
namespace {

constexpr uint32_t kRaw = 101;

MacAddress mac(std::string_view text) {
  return parse_mac(text).value();
}

RuleParts with_vlans(const std::vector<std::string_view>& texts) {
  RuleParts parts;
  for (const std::string_view text : texts) parts.vlans.push_back(parse_vlan_rule(text).value());
  return parts;
}
RuleParts with_macs(const std::vector<std::string_view>& texts) {
  RuleParts parts;
  for (const std::string_view text : texts) parts.macs.push_back(parse_mac_rule(text).value());
  return parts;
}

// The bytes that a frame becomes; the same bytes if it is passed on as it is.
struct Rewritten {
  bool changed = false;
  bool copied = false;
  Bytes bytes{};
  uint32_t original_bytes = 0;
};
Rewritten rewritten(const RuleParts& parts, const Bytes& frame, uint32_t link_type = 1,
                    uint32_t more_on_the_wire = 0) {
  const RulesRewriter rewriter(make_rules(parts).value());
  // Exactly as large as the frame, so that sanitizers notice any access outside.
  const Bytes exact(frame);
  const auto size = static_cast<uint32_t>(frame.size());
  packet::FrameList list;
  Rewritten result;
  result.changed =
      rewriter.rewrite({exact.data(), size, size + more_on_the_wire, link_type}, 0, list);
  EXPECT_EQ(list.frames().size(), 1u);
  const packet::Frame& made = list.frames().front();
  result.copied = made.data != exact.data();
  result.bytes.assign(made.data, made.data + made.bytes);
  result.original_bytes = made.original_bytes;
  EXPECT_EQ(result.copied, result.changed);
  EXPECT_LE(made.bytes, size + rewriter.growth_bytes());
  if (result.changed) {
    EXPECT_TRUE(rewriter.may_change(link_type));
  }
  if (made.bytes != size) {
    EXPECT_TRUE(rewriter.may_resize(link_type));
  }
  return result;
}

Bytes bytes_of(std::vector<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}
const Bytes kAddresses = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
const Bytes kArpType = {0x08, 0x06};
const Bytes kEnd = {0x88, 0xb5, 1, 2, 3, 4};
Bytes tag(uint16_t id, uint8_t priority = 0, uint16_t type = 0x8100) {
  Bytes bytes(4);
  store_be16(bytes.data(), type);
  store_be16(bytes.data() + 2, static_cast<uint16_t>(priority << 13 | id));
  return bytes;
}
// An ARP reply of 10.0.0.1, which is at 02:00:00:00:00:02, to 10.1.0.1.
const Bytes kArp = {0,  1, 8, 0, 6, 4, 0, 2, 2, 0, 0,  0, 0, 2,
                    10, 0, 0, 1, 2, 0, 0, 0, 0, 1, 10, 1, 0, 1};

TEST(Rules, NoneChangeNothing) {
  EXPECT_TRUE(make_rules({})->empty());
  EXPECT_TRUE(make_rules({.side = TunnelSide::kInside})->empty());
  EXPECT_TRUE(make_rules({})->texts.empty());
  const Rewritten same = rewritten({}, bytes_of({kAddresses, kEnd}));
  EXPECT_FALSE(same.changed);
}

TEST(Rules, VlanTagsArePushedInTheOrderGiven) {
  const Bytes frame = bytes_of({kAddresses, tag(7), kEnd});
  EXPECT_EQ(rewritten(with_vlans({"push:5"}), frame).bytes,
            bytes_of({kAddresses, tag(5), tag(7), kEnd}));
  const Rewritten two = rewritten(with_vlans({"push:5,priority=3", "push:6,802.1ad"}), frame, 1, 9);
  EXPECT_EQ(two.bytes, bytes_of({kAddresses, tag(6, 0, 0x88a8), tag(5, 3), tag(7), kEnd}));
  EXPECT_EQ(two.original_bytes, frame.size() + 8 + 9);
}

TEST(Rules, VlanTagsArePoppedFromTheOutside) {
  const Bytes frame = bytes_of({kAddresses, tag(6, 0, 0x88a8), tag(7), kEnd});
  const Rewritten once = rewritten(with_vlans({"pop"}), frame, 1, 9);
  EXPECT_EQ(once.bytes, bytes_of({kAddresses, tag(7), kEnd}));
  EXPECT_EQ(once.original_bytes, frame.size() - 4 + 9);
  EXPECT_EQ(rewritten(with_vlans({"pop", "pop", "pop"}), frame).bytes,
            bytes_of({kAddresses, kEnd}));
  EXPECT_EQ(rewritten(with_vlans({"pop:all"}), frame).bytes, bytes_of({kAddresses, kEnd}));
  // The new tag replaces the outermost one.
  EXPECT_EQ(rewritten(with_vlans({"push:9", "pop"}), frame).bytes,
            bytes_of({kAddresses, tag(9), tag(7), kEnd}));
  EXPECT_FALSE(rewritten(with_vlans({"pop:all"}), bytes_of({kAddresses, kEnd})).changed);
}

TEST(Rules, VlansAreMappedInEveryTag) {
  const Bytes frame = bytes_of({kAddresses, tag(5, 7, 0x88a8), tag(6), kEnd});
  EXPECT_EQ(rewritten(with_vlans({"map:5=6", "map:6=5"}), frame).bytes,
            bytes_of({kAddresses, tag(6, 7, 0x88a8), tag(5), kEnd}));
  EXPECT_EQ(rewritten(with_vlans({"priority:2"}), frame).bytes,
            bytes_of({kAddresses, tag(5, 2, 0x88a8), tag(6, 2), kEnd}));
  EXPECT_FALSE(rewritten(with_vlans({"map:8=9"}), frame).changed);
}

TEST(Rules, TheMoreSpecificMacCounts) {
  const Bytes frame = Packet().eth(0x0800).ip4({.protocol = 17}).udp(53).with({1, 2, 3, 4});
  RuleParts parts = with_macs({"10.0.0.0/8=02:aa:00:00:00:08", "10.0.0.1=02:aa:00:00:00:32"});
  parts.source = mac("02:aa:00:00:00:01");
  parts.destination = mac("02:aa:00:00:00:02");
  Bytes expected = frame;
  const auto put = [&](size_t at, uint8_t last) {
    const MacAddress wanted = {2, 0xaa, 0, 0, 0, last};
    std::copy(wanted.begin(), wanted.end(), expected.begin() + static_cast<ptrdiff_t>(at));
  };
  put(0, 0x08);  // 10.0.0.2
  put(6, 0x32);  // 10.0.0.1
  EXPECT_EQ(rewritten(parts, frame).bytes, expected);
  parts.macs.push_back(parse_mac_rule("02-00-00-00-00-01=02:aa:00:00:00:77").value());
  put(0, 0x77);
  EXPECT_EQ(rewritten(parts, frame).bytes, expected);
  put(0, 2);
  put(6, 1);
  parts.macs.clear();
  EXPECT_EQ(rewritten(parts, frame).bytes, expected);
  // A second time, nothing is left to do.
  EXPECT_FALSE(rewritten(parts, expected).changed);
}

TEST(Rules, AFrameToAGroupKeepsItsDestination) {
  Bytes frame = Packet().eth(0x0800).ip4({.protocol = 17}).udp(53).with({1, 2, 3, 4});
  frame[0] = 0xff;
  EXPECT_FALSE(rewritten(with_macs({"10.0.0.2=02:aa:00:00:00:08"}), frame).changed);
  EXPECT_TRUE(rewritten({.destination = mac("02:aa:00:00:00:08")}, frame).changed);
}

TEST(Rules, MacsOfHostsChangeInArpToo) {
  const Bytes frame = bytes_of({kAddresses, kArpType, kArp});
  Bytes expected = frame;
  for (const size_t at : {size_t{6}, size_t{14 + 8}}) expected[at + 1] = 0xaa;
  EXPECT_EQ(rewritten(with_macs({"10.0.0.0/16=02:aa:00:00:00:02"}), frame).bytes, expected);
  EXPECT_EQ(rewritten(with_macs({"02:00:00:00:00:02=02:aa:00:00:00:02"}), frame).bytes, expected);
  // Behind tags that come and go.
  const Bytes tagged = bytes_of({kAddresses, tag(7), kArpType, kArp});
  RuleParts parts = with_macs({"10.0.0.0/16=02:aa:00:00:00:02"});
  parts.vlans = with_vlans({"pop"}).vlans;
  EXPECT_EQ(rewritten(parts, tagged).bytes, expected);
  // In a request, the address asked for stays zero.
  Bytes request = frame;
  std::fill_n(request.begin() + 14 + 18, 6, uint8_t{0});
  Bytes answered = request;
  answered[1] = 0xaa;
  EXPECT_EQ(rewritten(with_macs({"10.1.0.0/16=02:aa:00:00:00:01"}), request).bytes, answered);
}

// An advertisement of 2001:db8::1, which is at 02:00:00:00:00:02.
Bytes advertisement() {
  Bytes message = {136, 0, 0, 0, 0x60, 0, 0, 0};
  const Bytes target = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  message.insert(message.end(), target.begin(), target.end());
  const Bytes options = {14, 1, 9, 9, 9, 9, 9, 9, 2, 1, 2, 0, 0, 0, 0, 2};
  message.insert(message.end(), options.begin(), options.end());
  Bytes frame = Packet().eth(0x86dd).ip6(58).with(message);
  frame[14 + 7] = 255;
  return frame;
}
uint16_t sum_of_icmpv6(const Bytes& frame) {
  Bytes pseudo(frame.begin() + 22, frame.begin() + 54);
  pseudo.insert(pseudo.end(), {0, 0, 0, static_cast<uint8_t>(frame.size() - 54), 0, 0, 0, 58});
  return Packet::sum(frame, 54, frame.size(), pseudo);
}

TEST(Rules, MacsOfHostsChangeInNeighborDiscoveryToo) {
  Bytes frame = advertisement();
  put16(frame, 54 + 2, sum_of_icmpv6(frame));
  ASSERT_EQ(sum_of_icmpv6(frame), 0);
  const size_t option = 54 + 24 + 8;
  for (const char* rule :
       {"2001:db8::1=02:aa:00:00:00:02", "02:00:00:00:00:02=02:aa:00:00:00:02"}) {
    const Rewritten after = rewritten(with_macs({rule}), frame);
    EXPECT_EQ(after.bytes[option + 3], 0xaa) << rule;
    EXPECT_EQ(sum_of_icmpv6(after.bytes), 0) << rule;
    // Cut, damaged or with a wrong checksum: read inside, and as wrong as before.
    for (size_t size = 54; size < frame.size(); ++size)
      rewritten(with_macs({rule}),
                Bytes(frame.begin(), frame.begin() + static_cast<ptrdiff_t>(size)));
    Bytes wrong = frame;
    wrong[option - 1] ^= 1;
    EXPECT_NE(sum_of_icmpv6(rewritten(with_macs({rule}), wrong).bytes), 0);
    wrong = frame;
    wrong[54 + 24 + 1] = 0;  // an option without a length
    EXPECT_EQ(rewritten(with_macs({rule}), wrong).bytes[option + 3], 0);
  }
  // A router would not pass it on, so it is none with a smaller hop limit.
  frame[14 + 7] = 254;
  EXPECT_FALSE(rewritten(with_macs({"2001:db8::1=02:aa:00:00:00:02"}), frame).changed);
}

// Routers are asked for and advertised without a target, where these messages have options or end.
TEST(Rules, ATargetIsReadOnlyInMessagesThatHaveOne) {
  const Bytes option = {2, 1, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
  const auto message = [&](uint8_t type, size_t fixed, int options) {
    Bytes bytes(fixed, 0);
    bytes[0] = type;
    for (int i = 0; i < options; ++i) bytes.insert(bytes.end(), option.begin(), option.end());
    Bytes frame = Packet().eth(0x86dd).ip6(58).with(bytes);
    frame[14 + 7] = 255;
    return frame;
  };
  const RuleParts rules = with_macs(
      {"201:aabb:ccdd:eeff::/64=02:99:99:99:99:99", "::201:aabb:ccdd:eeff/128=02:99:99:99:99:99"});
  EXPECT_FALSE(rewritten(rules, message(133, 8, 1)).changed);  // 8 bytes fewer than an address
  EXPECT_FALSE(rewritten(rules, message(133, 8, 2)).changed);
  EXPECT_FALSE(rewritten(rules, message(134, 16, 1)).changed);
  // A solicitation, whose target is ::.
  EXPECT_TRUE(rewritten(with_macs({"::/128=02:99:99:99:99:99"}), message(135, 24, 1)).changed);
}

TEST(Rules, OtherLinksHaveNoMacAndNoTag) {
  Bytes raw(60, 0);
  raw[0] = 0x45;
  RuleParts parts = with_vlans({"push:5"});
  parts.source = mac("02:aa:00:00:00:08");
  EXPECT_FALSE(rewritten(parts, raw, kRaw).changed);
  EXPECT_FALSE(RulesRewriter(make_rules(parts).value()).may_change(kRaw));
  parts.ttl = 9;
  EXPECT_TRUE(RulesRewriter(make_rules(parts).value()).may_change(kRaw));
  EXPECT_FALSE(RulesRewriter(make_rules(parts).value()).may_resize(kRaw));
}

TEST(Rules, FramesThatAreCutAnywhereAreReadInside) {
  RuleParts parts = with_vlans({"pop", "map:7=8", "priority:1", "push:5"});
  parts.macs = with_macs({"10.0.0.0/8=02:aa:00:00:00:08", "::/0=02:aa:00:00:00:09",
                          "02:00:00:00:00:01=02:aa:00:00:00:77"})
                   .macs;
  const std::vector<Bytes> frames = {
      bytes_of({kAddresses, tag(6), tag(7), kArpType, kArp}),
      Packet().eth(0x8100).vlan(0x0800).ip4({.protocol = 17}).udp(53).with({1, 2, 3, 4}),
      Packet().eth(0x86dd).ip6(17).udp(53).with({1, 2, 3, 4}),
  };
  for (const Bytes& frame : frames) {
    for (size_t size = 0; size <= frame.size(); ++size) {
      const Bytes cut(frame.begin(), frame.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_EQ(rewritten(parts, cut).changed, size >= 14) << size;
    }
  }
}

TEST(Rules, TheirTextsAreThoseOfTheOptions) {
  RuleParts parts = with_vlans({"pop", "map:5=6", "push:7,802.1ad,priority=2", "priority:0"});
  parts.macs = with_macs({"10.0.0.0/8=02-AA-00-00-00-08"}).macs;
  parts.addresses.push_back(parse_prefix_pair("10.0.0.0/8:172.0.0.0/8").value());
  parts.ports.push_back(parse_port_pair("80=8080").value());
  parts.ttl = 3;
  parts.unique_addresses = true;
  EXPECT_EQ(make_rules(parts)->texts,
            (std::vector<std::string>{"map-mac 10.0.0.0/8=02:aa:00:00:00:08", "vlan pop",
                                      "vlan map:5=6", "vlan push:7,priority=2,802.1ad",
                                      "vlan priority:0", "map-ip 10.0.0.0/8=172.0.0.0/8",
                                      "map-port 80=8080", "set-ttl 3", "unique-ip"}));
}

TEST(Rules, WrongTextsAreRefused) {
  for (const char* text : {"", "push", "push:", "push:4095", "push:5,", "push:5,priority=8",
                           "pop:", "pop:1", "map:5", "map:=5", "map:5=", "map:5=4095", "priority:8",
                           "priority:", "swap:5", "push:+5", "push:5=6"})
    EXPECT_FALSE(parse_vlan_rule(text)) << text;
  for (const char* text :
       {"", "=", "02:00:00:00:00:01", "02:00:00:00:00:01=", "=02:00:00:00:00:01",
        "10.0.0.1/8=02:00:00:00:00:01", "host=02:00:00:00:00:01", "02:00:00:00:00:01=10.0.0.0/8"})
    EXPECT_FALSE(parse_mac_rule(text)) << text;
}

TEST(Rules, ContradictionsAreRefused) {
  const auto why = [](const RuleParts& parts) { return make_rules(parts).error().what; };
  EXPECT_EQ(why(with_macs({"10.0.0.1=02:00:00:00:00:01", "10.0.0.1/32=02:00:00:00:00:02"})),
            "--map-mac: 10.0.0.1/32 is given twice");
  EXPECT_EQ(why(with_macs(
                {"02:00:00:00:00:01=02:00:00:00:00:02", "02:00:00:00:00:01=02:00:00:00:00:03"})),
            "--map-mac: 02:00:00:00:00:01 is given twice");
  EXPECT_EQ(why(with_vlans({"map:5=6", "map:5=7"})), "--vlan: VLAN 5 is mapped twice");
  EXPECT_EQ(why(with_vlans({"priority:1", "pop", "priority:1"})),
            "--vlan: priority is given twice");
  for (const char* moot : {"map:5=6", "priority:0"})
    EXPECT_EQ(why(with_vlans({moot, "pop:all"})),
              std::string("--vlan: ") + moot + " does nothing with pop:all, which leaves no tag");
  EXPECT_TRUE(make_rules(with_vlans({"pop:all", "push:5,priority=2"})));
  EXPECT_EQ(why(with_vlans(std::vector<std::string_view>(9, "push:1"))),
            "--vlan: at most 8 tags can be pushed");
  EXPECT_EQ(why({.ttl = 0}), "--set-ttl: must be 1 to 255");
  EXPECT_EQ(why({.dscp = 64}), "--set-dscp: must be 0 to 63");
}

}  // namespace
}  // namespace gophercap::rewrite
