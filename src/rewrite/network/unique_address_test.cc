#include "rewrite/network/unique_address.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "rewrite/network/rule_text.h"

namespace gophercap::rewrite {
namespace {

uint32_t ipv4(const char* text) {
  return static_cast<uint32_t>(parse_prefix(text)->first);
}
std::string text_of(uint32_t address) {
  return to_text({.ipv6 = false, .length = 32, .first = address});
}
IpNumber ipv6(const char* text) {
  return parse_prefix(text)->first;
}
bool within(const char* prefix, IpNumber address) {
  const Prefix range = *parse_prefix(prefix);
  return address >= range.first && address <= last_of(range);
}

TEST(UniqueAddress, LoopZeroChangesNothing) {
  EXPECT_EQ(unique_ipv4(ipv4("10.1.2.3"), 0), ipv4("10.1.2.3"));
  EXPECT_EQ(unique_ipv6(ipv6("2001:db8::1"), 0), ipv6("2001:db8::1"));
}

TEST(UniqueAddress, StaysInItsRangeAndIsAnother) {
  for (uint64_t loop = 1; loop < 3000; ++loop) {
    for (const auto& [range, address] :
         {std::pair{"10.0.0.0/8", "10.255.3.4"}, std::pair{"172.16.0.0/12", "172.31.255.254"},
          std::pair{"192.168.0.0/16", "192.168.0.1"}, std::pair{"100.64.0.0/10", "100.64.0.9"}}) {
      const uint32_t moved = unique_ipv4(ipv4(address), loop);
      EXPECT_TRUE(within(range, moved)) << text_of(moved);
      EXPECT_NE(moved, ipv4(address)) << loop;
    }
    const uint32_t moved = unique_ipv4(ipv4("8.8.8.8"), loop);
    EXPECT_NE(moved, ipv4("8.8.8.8"));
    for (const char* other : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                              "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"})
      EXPECT_FALSE(within(other, moved)) << text_of(moved);
  }
}

TEST(UniqueAddress, SomeStay) {
  for (const char* address : {"0.0.0.0", "127.0.0.1", "169.254.1.2", "224.0.0.1", "239.255.255.250",
                              "240.0.0.1", "255.255.255.255"})
    EXPECT_EQ(unique_ipv4(ipv4(address), 7), ipv4(address)) << address;
  for (const char* address : {"::", "::1", "fe80::1", "febf::1", "ff02::1", "ff0e::1:2"})
    EXPECT_EQ(unique_ipv6(ipv6(address), 7), ipv6(address)) << address;
}

TEST(UniqueAddress, FirstAndLastOfANetworkRemainSo) {
  for (const uint64_t loop : {1u, 5u, 126u, 1000u}) {
    const uint32_t network = unique_ipv4(ipv4("192.168.5.0"), loop);
    EXPECT_EQ(network & 0xff, 0u);
    EXPECT_EQ(unique_ipv4(ipv4("192.168.5.255"), loop), network | 0xff);
    EXPECT_EQ(unique_ipv4(ipv4("192.168.5.9"), loop) >> 8, network >> 8);
  }
}

// Many /24s, all those around the ends of ranges, and all addresses of one.
TEST(UniqueAddress, IsAPermutationOfIpv4) {
  std::set<uint32_t> blocks;
  for (uint32_t block = 0; block < 1u << 24; block += 211) blocks.insert(block);
  for (const char* end : {"1.0.0.0", "10.0.0.0", "11.0.0.0", "100.64.0.0", "100.128.0.0",
                          "127.0.0.0", "128.0.0.0", "169.254.0.0", "169.255.0.0", "172.16.0.0",
                          "172.32.0.0", "192.168.0.0", "192.169.0.0", "224.0.0.0"}) {
    const uint32_t block = ipv4(end) >> 8;
    for (uint32_t near = block - 300; near < block + 300; ++near) blocks.insert(near);
  }
  for (const uint64_t loop : {1ull, 126ull, ~0ull}) {
    std::unordered_set<uint32_t> images;
    for (const uint32_t block : blocks) {
      const uint32_t moved = unique_ipv4(block << 8 | 1, loop);
      EXPECT_TRUE(images.insert(moved >> 8).second) << text_of(moved);
    }
    std::set<uint32_t> octets;
    for (uint32_t octet = 0; octet < 256; ++octet)
      octets.insert(unique_ipv4(ipv4("10.0.0.0") | octet, loop));
    EXPECT_EQ(octets.size(), 256u);
  }
}

TEST(UniqueAddress, LoopsDoNotShareAddresses) {
  for (const char* address : {"192.168.0.1", "10.0.0.254", "8.8.8.8"}) {
    std::unordered_set<uint32_t> seen;
    constexpr uint32_t kLoops = 256 * 127;
    for (uint64_t loop = 0; loop < kLoops; ++loop) seen.insert(unique_ipv4(ipv4(address), loop));
    EXPECT_EQ(seen.size(), kLoops) << address;
  }
}

TEST(UniqueAddress, Ipv6KeepsAllocationAndInterface) {
  std::set<IpNumber> seen;
  for (uint64_t loop = 0; loop < 1000; ++loop) {
    const IpNumber moved = unique_ipv6(ipv6("2001:db8:1:2:3:4:5:6"), loop);
    seen.insert(moved);
    EXPECT_EQ(moved >> 96, ipv6("2001:db8::") >> 96);
    EXPECT_EQ(static_cast<uint64_t>(moved), static_cast<uint64_t>(ipv6("::3:4:5:6")));
    EXPECT_EQ(unique_ipv6(moved, loop), ipv6("2001:db8:1:2:3:4:5:6"));
    EXPECT_TRUE(within("fd00::/8", unique_ipv6(ipv6("fd12:3456:789a::1"), loop)));
  }
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(UniqueAddress, Ipv4InIpv6ChangesAsIpv4) {
  const IpNumber low = unique_ipv4(ipv4("10.1.2.3"), 3);
  EXPECT_EQ(unique_ipv6(ipv6("::ffff:10.1.2.3"), 3), ipv6("::ffff:0:0") | low);
  EXPECT_EQ(unique_ipv6(ipv6("64:ff9b::10.1.2.3"), 3), ipv6("64:ff9b::") | low);
}

}  // namespace
}  // namespace gophercap::rewrite
