// Random packets: what is true of all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "rewrite/network/rewrite_network.h"
#include "rewrite/network/rule_text.h"
#include "rewrite/network/unique_address.h"
#include "rewrite/packet_for_test.h"

namespace gophercap::rewrite {
namespace {

using Random = std::mt19937;

// A packet with the offsets that the test needs.
struct Stack {
  Packet packet{};
  size_t parts = 0;
  struct Field {
    size_t part;
    size_t offset;  // in the frame
  };
  std::vector<Field> ipv4{};
  std::vector<Field> ipv6{};
  std::vector<Field> ports{};
  std::vector<Field> checksums{};

  size_t next() const { return packet.header_bytes(); }
  void added() { ++parts; }
};

void add_ip(Stack& stack, bool ipv6, uint8_t protocol) {
  (ipv6 ? stack.ipv6 : stack.ipv4).push_back({stack.parts, stack.next()});
  if (ipv6) {
    stack.packet.ip6(protocol);
  } else {
    stack.checksums.push_back({stack.parts, stack.next() + 10});
    stack.packet.ip4({.protocol = protocol});
  }
  stack.added();
}

void add_udp(Stack& stack, uint16_t port, bool checksum) {
  stack.ports.push_back({stack.parts, stack.next()});
  if (checksum) stack.checksums.push_back({stack.parts, stack.next() + 6});
  stack.packet.udp(port, checksum);
  stack.added();
}

void add_link(Stack& stack, Random& random, bool ipv6) {
  const auto type = static_cast<uint16_t>(ipv6 ? 0x86dd : 0x0800);
  switch (random() % 4) {
    case 0:
      stack.packet.eth(0x8100).vlan(type);
      stack.parts += 2;
      break;
    case 1:
      stack.packet.eth(0x8847).mpls(false).mpls(true);
      stack.parts += 3;
      break;
    case 2:
      stack.packet.eth(0x8864).pppoe(static_cast<uint16_t>(ipv6 ? 0x0057 : 0x0021));
      stack.parts += 2;
      break;
    default:
      stack.packet.eth(type);
      stack.added();
  }
}

// Adds IP and a tunnel with Ethernet or IP in it. Returns whether the contents are IP, of the
// version `ipv6`.
bool add_tunnel(Stack& stack, Random& random, bool ipv6, bool inner_ipv6) {
  const auto type = static_cast<uint16_t>(inner_ipv6 ? 0x86dd : 0x0800);
  switch (random() % 5) {
    case 0:
      add_ip(stack, ipv6, 17);
      add_udp(stack, 4789, random() % 2 == 0);
      stack.packet.vxlan();
      stack.added();
      return false;
    case 1:
      add_ip(stack, ipv6, 17);
      add_udp(stack, 6081, random() % 2 == 0);
      stack.packet.geneve(0x6558, 1);
      stack.added();
      return false;
    case 2: {
      const bool checksum = random() % 2 == 0;
      add_ip(stack, ipv6, 47);
      if (checksum) stack.checksums.push_back({stack.parts, stack.next() + 4});
      stack.packet.gre(type, checksum, random() % 2 == 0);
      stack.added();
      return true;
    }
    case 3: {  // PPP with a short protocol field, so that what follows is at an odd offset
      add_ip(stack, ipv6, 47);
      const bool checksum = random() % 2 == 0;
      if (checksum) stack.checksums.push_back({stack.parts, stack.next() + 4});
      stack.packet.gre(0x880b, checksum, false);
      stack.packet.raw({static_cast<uint8_t>(inner_ipv6 ? 0x57 : 0x21)});
      stack.parts += 2;
      return true;
    }
    default:
      add_ip(stack, ipv6, inner_ipv6 ? 41 : 4);
      return true;
  }
}

Stack random_stack(Random& random) {
  Stack stack;
  bool ipv6 = random() % 2 == 0;
  add_link(stack, random, ipv6);
  for (size_t tunnels = random() % 3; tunnels > 0; --tunnels) {
    const bool inner = random() % 2 == 0;
    const bool is_ip = add_tunnel(stack, random, ipv6, inner);
    ipv6 = inner;
    if (!is_ip) add_link(stack, random, ipv6);
  }
  const bool tcp = random() % 2 == 0;
  add_ip(stack, ipv6, tcp ? 6 : 17);
  if (tcp) {
    stack.ports.push_back({stack.parts, stack.next()});
    stack.checksums.push_back({stack.parts, stack.next() + 16});
    stack.packet.tcp({.options = Bytes(random() % 3 * 4, 1)});
    stack.added();
  } else {
    add_udp(stack, static_cast<uint16_t>(random() % 2000), random() % 4 != 0);
  }
  return stack;
}

// Lengths and checksums as they are right, inner ones first.
Bytes sealed(const Stack& stack, Bytes bytes) {
  for (size_t i = stack.parts; i-- > 0;) stack.packet.seal(bytes, i);
  return bytes;
}

Bytes made_of(const Stack& stack, Random& random) {
  Bytes bytes = stack.packet.with(payload_of(random() % 90));
  for (const Stack::Field& ip : stack.ipv4) {
    for (const size_t at : {ip.offset + 12, ip.offset + 16}) {
      constexpr uint8_t kFirst[] = {10, 11, 12, 172, 192, 8};
      bytes[at] = kFirst[random() % 6];
      bytes[at + 1] = static_cast<uint8_t>(random() % 4 + (bytes[at] == 192 ? 166 : 16));
      put16(bytes, at + 2, random() & 0xffff);
    }
  }
  for (const Stack::Field& ip : stack.ipv6) {
    for (const size_t at : {ip.offset + 8, ip.offset + 24}) {
      put16(bytes, at, random() % 2 == 0 ? 0x2001 : 0xfd00);
      put16(bytes, at + 2, random() % 4);
      put16(bytes, at + 6, random() & 0xffff);
      put16(bytes, at + 14, random() & 0xffff);
    }
  }
  for (const Stack::Field& port : stack.ports) put16(bytes, port.offset, random() % 3000);
  return sealed(stack, std::move(bytes));
}

// With their inverses. Made once, because a map of ports is large.
struct Maps {
  AddressMap addresses;
  PortMap ports;
};
Maps maps_of(bool reversed) {
  std::vector<PrefixPair> pairs;
  for (const char* text :
       {"10.0.0.0/8=11.0.0.0/8", "11.16.0.0/12=12.16.0.0/12", "192.168.0.0/16=10.1.0.0/16",
        "172.16.5.9=255.255.255.255", "2001::/32=2001:1::/32", "fd00:2::/33=::/33"})
    pairs.push_back(*parse_prefix_pair(text));
  std::vector<PortPair> ports;
  for (const char* text : {"1-1000=1001-2000", "4789=4000", "2443=1"})
    ports.push_back(*parse_port_pair(text));
  if (reversed) {
    for (PrefixPair& pair : pairs) std::swap(pair.from, pair.to);
    for (PortPair& pair : ports) {
      const auto size = static_cast<uint16_t>(pair.last - pair.first);
      pair = {pair.target, static_cast<uint16_t>(pair.target + size), pair.first};
    }
  }
  return {*AddressMap::make(pairs), *PortMap::make(ports)};
}

NetworkRules rules_of(Random& random, bool reversed) {
  static const Maps kMaps[] = {maps_of(false), maps_of(true)};
  NetworkRules rules;
  rules.side = static_cast<TunnelSide>(random() % 3);
  if (random() % 4 != 0) rules.addresses = kMaps[reversed ? 1 : 0].addresses;
  if (random() % 2 != 0) rules.ports = kMaps[reversed ? 1 : 0].ports;
  return rules;
}

bool rewrite(Bytes& bytes, const NetworkRules& rules, uint64_t loop = 0) {
  const auto length = static_cast<uint32_t>(bytes.size());
  return rewrite_network(bytes.data(), length, length, 1, rules, loop);
}

TEST(RewriteProperty, IncrementalChecksumsAreThoseComputedAnew) {
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const Stack stack = random_stack(random);
    const Bytes before = made_of(stack, random);
    NetworkRules rules = rules_of(random, false);
    if (random() % 2 == 0) rules.ttl = static_cast<uint8_t>(random());
    if (random() % 2 == 0) rules.dscp = static_cast<uint8_t>(random() % 64);
    rules.unique_addresses = random() % 2 == 0;
    Bytes after = before;
    const bool changed = rewrite(after, rules, random());
    EXPECT_EQ(changed, after != before);
    ASSERT_EQ(after, sealed(stack, after)) << i;
    rules.fix_checksums = true;
    Bytes fixed = before;
    rewrite(fixed, rules, 0);
    ASSERT_EQ(fixed, sealed(stack, fixed)) << i;
  }
}

TEST(RewriteProperty, AddressesAndPortsAreThoseOfTheRules) {
  Random random(2);
  for (int i = 0; i < 1000; ++i) {
    const Stack stack = random_stack(random);
    const Bytes before = made_of(stack, random);
    NetworkRules rules = rules_of(random, false);
    rules.side = TunnelSide::kBoth;
    rules.ttl = 77;
    rules.dscp = 46;
    const uint64_t loop = random() % 4;
    rules.unique_addresses = true;
    Bytes after = before;
    rewrite(after, rules, loop);
    for (const Stack::Field& ip : stack.ipv4) {
      for (const size_t at : {ip.offset + 12, ip.offset + 16}) {
        const uint32_t mapped = rules.addresses.ipv4(load_be32(before.data() + at));
        ASSERT_EQ(load_be32(after.data() + at), unique_ipv4(mapped, loop));
      }
      ASSERT_EQ(after[ip.offset + 8], 77);
      ASSERT_EQ(after[ip.offset + 1], 46 << 2);
    }
    for (const Stack::Field& ip : stack.ipv6) {
      const auto number = [&](const Bytes& bytes, size_t at) {
        return IpNumber{load_be64(bytes.data() + at)} << 64 | load_be64(bytes.data() + at + 8);
      };
      for (const size_t at : {ip.offset + 8, ip.offset + 24}) {
        const IpNumber mapped = rules.addresses.ipv6(number(before, at));
        ASSERT_TRUE(number(after, at) == unique_ipv6(mapped, loop));
      }
      ASSERT_EQ(after[ip.offset + 7], 77);
      ASSERT_EQ(get16(after, ip.offset), 0x6000 | 46 << 6);
    }
    for (const Stack::Field& port : stack.ports) {
      for (const size_t at : {port.offset, port.offset + 2})
        ASSERT_EQ(get16(after, at), rules.ports.port(get16(before, at)));
    }
  }
}

// The inverse of an UDP tunnel on a port that was mapped is not seen as one, so ports of tunnels
// are not mapped here.
TEST(RewriteProperty, TheInverseRulesGiveTheOriginal) {
  for (uint32_t i = 0; i < 1000; ++i) {
    Random random(i);
    const Stack stack = random_stack(random);
    const Bytes before = made_of(stack, random);
    Random same(i);
    NetworkRules rules = rules_of(same, false);
    same.seed(i);
    NetworkRules inverse = rules_of(same, true);
    if (stack.ipv4.size() + stack.ipv6.size() > 1) rules.ports = inverse.ports = PortMap();
    Bytes after = before;
    rewrite(after, rules);
    rewrite(after, inverse);
    ASSERT_EQ(after, before) << i;
  }
}

// How far a checksum is from the one computed from everything else, in one's complement.
unsigned error_of(const Stack& stack, const Bytes& bytes, const Stack::Field& field) {
  Bytes right = bytes;
  stack.packet.seal(right, field.part);
  return (get16(bytes, field.offset) + 0xffffu - get16(right, field.offset)) % 0xffff;
}

TEST(RewriteProperty, WrongChecksumsStayWrongByAsMuch) {
  Random random(3);
  for (int i = 0; i < 1000; ++i) {
    const Stack stack = random_stack(random);
    Bytes before = made_of(stack, random);
    for (const Stack::Field& field : stack.checksums) {
      if (random() % 2 == 0) put16(before, field.offset, 1 + random() % 0xfffe);
    }
    NetworkRules rules = rules_of(random, false);
    rules.ttl = static_cast<uint8_t>(random());
    Bytes after = before;
    rewrite(after, rules);
    for (const Stack::Field& field : stack.checksums)
      ASSERT_EQ(error_of(stack, after, field), error_of(stack, before, field)) << i;
  }
}

TEST(RewriteProperty, OfACutPacketTheBeginningOfTheWholeResult) {
  Random random(4);
  for (int i = 0; i < 60; ++i) {
    const Stack stack = random_stack(random);
    const Bytes before = made_of(stack, random);
    NetworkRules rules = rules_of(random, false);
    rules.unique_addresses = true;
    rules.side = TunnelSide::kBoth;
    Bytes whole = before;
    rewrite(whole, rules, 5);
    for (size_t bytes = 0; bytes <= before.size(); ++bytes) {
      Bytes cut(before.begin(), before.begin() + static_cast<ptrdiff_t>(bytes));
      cut.shrink_to_fit();
      rewrite_network(cut.data(), static_cast<uint32_t>(bytes),
                      static_cast<uint32_t>(before.size()), 1, rules, 5);
      // Nothing but headers that were not captured whole may differ, and checksums around them.
      if (bytes < whole.size() && bytes < stack.packet.header_bytes()) continue;
      ASSERT_TRUE(std::equal(cut.begin(), cut.end(), whole.begin())) << i << ' ' << bytes;
    }
  }
}

TEST(RewriteProperty, AnyBytesAreSafe) {
  Random random(5);
  for (int i = 0; i < 3000; ++i) {
    const Stack stack = random_stack(random);
    Bytes bytes = made_of(stack, random);
    for (size_t n = random() % 8; n > 0; --n)
      bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
    bytes.resize(random() % (bytes.size() + 1));
    bytes.shrink_to_fit();
    NetworkRules rules = rules_of(random, false);
    rules.fix_checksums = random() % 2 == 0;
    constexpr uint32_t kLinkTypes[] = {1, 0, 101, 113, 276, 9, 51, 105, 127, 228};
    rewrite_network(bytes.data(), static_cast<uint32_t>(bytes.size()),
                    static_cast<uint32_t>(bytes.size() + random() % 3), kLinkTypes[random() % 10],
                    rules, random());
  }
}

}  // namespace
}  // namespace gophercap::rewrite
