#include "rewrite/network/address_map.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <random>
#include <set>
#include <string>

#include "rewrite/network/rule_text.h"

namespace gophercap::rewrite {
namespace {

std::vector<PrefixPair> pairs_of(std::initializer_list<const char*> texts) {
  std::vector<PrefixPair> pairs;
  for (const char* text : texts) pairs.push_back(*parse_prefix_pair(text));
  return pairs;
}
AddressMap map_of(std::initializer_list<const char*> texts) {
  return *AddressMap::make(pairs_of(texts));
}
std::string ip(const AddressMap& map, const char* text) {
  Prefix prefix = *parse_prefix(text);
  prefix.first =
      prefix.ipv6 ? map.ipv6(prefix.first) : map.ipv4(static_cast<uint32_t>(prefix.first));
  std::string moved = to_text(prefix);
  return moved.substr(0, moved.find('/'));
}

TEST(AddressMap, KeepsTheBitsAfterThePrefix) {
  const AddressMap map = map_of({"10.0.0.0/8=44.0.0.0/8", "192.168.1.7=1.2.3.4",
                                 "2001:db8:1::/48=fd00:2:3::/48", "fe80::1=fe80::2"});
  EXPECT_EQ(ip(map, "10.1.2.3"), "44.1.2.3");
  EXPECT_EQ(ip(map, "10.255.255.255"), "44.255.255.255");
  EXPECT_EQ(ip(map, "11.0.0.0"), "11.0.0.0");
  EXPECT_EQ(ip(map, "9.255.255.255"), "9.255.255.255");
  EXPECT_EQ(ip(map, "192.168.1.7"), "1.2.3.4");
  EXPECT_EQ(ip(map, "192.168.1.8"), "192.168.1.8");
  EXPECT_EQ(ip(map, "2001:db8:1:2::3"), "fd00:2:3:2::3");
  EXPECT_EQ(ip(map, "2001:db8:2:2::3"), "2001:db8:2:2::3");
  EXPECT_EQ(ip(map, "fe80::1"), "fe80::2");
}

TEST(AddressMap, ExchangesTwoNetworks) {
  const AddressMap map = map_of({"10.0.0.0/8=44.0.0.0/8"});
  EXPECT_EQ(ip(map, "44.1.2.3"), "10.1.2.3");
}

TEST(AddressMap, FollowsChains) {
  const AddressMap map = map_of({"10.0.0.0/8=11.0.0.0/8", "11.0.0.0/8=12.0.0.0/8"});
  EXPECT_EQ(ip(map, "10.1.2.3"), "11.1.2.3");
  EXPECT_EQ(ip(map, "11.1.2.3"), "12.1.2.3");
  EXPECT_EQ(ip(map, "12.1.2.3"), "10.1.2.3");
}

TEST(AddressMap, OfPrefixesWithinOthers) {
  // 10.0.0.0/8 leaves; of the new network, one half is taken back by a rule.
  const AddressMap map = map_of({"10.0.0.0/8=44.0.0.0/8", "44.128.0.0/9=10.0.0.0/9"});
  EXPECT_EQ(ip(map, "10.200.0.1"), "44.200.0.1");
  EXPECT_EQ(ip(map, "44.200.0.1"), "10.72.0.1");
  EXPECT_EQ(ip(map, "44.1.0.1"), "10.129.0.1");  // 10.1.0.1, which is taken, was 44.129.0.1
}

TEST(AddressMap, ToItselfKeepsAPartInPlace) {
  const AddressMap map = map_of({"10.1.0.0/16=10.1.0.0/16"});
  EXPECT_TRUE(map.empty());
  const Result<AddressMap> twice =
      AddressMap::make(pairs_of({"10.0.0.0/8=11.0.0.0/8", "10.1.0.0/16=10.1.0.0/16"}));
  EXPECT_FALSE(twice);
}

TEST(AddressMap, TheWholeSpaceAndItsEnds) {
  const AddressMap map =
      map_of({"0.0.0.0/1=128.0.0.0/1", "128.0.0.0/1=0.0.0.0/1", "::/1=8000::/1", "8000::/1=::/1"});
  EXPECT_EQ(ip(map, "0.0.0.0"), "128.0.0.0");
  EXPECT_EQ(ip(map, "255.255.255.255"), "127.255.255.255");
  EXPECT_EQ(ip(map, "ffff::1"), "7fff::1");
  EXPECT_EQ(ip(map, "::"), "8000::");
  EXPECT_TRUE(map_of({"0.0.0.0/0=0.0.0.0/0", "::/0=::/0"}).empty());
}

std::string error_of(std::initializer_list<PrefixPair> pairs) {
  const Result<AddressMap> map = AddressMap::make(std::vector<PrefixPair>(pairs));
  return map ? "" : map.error().what;
}

TEST(AddressMap, RefusesWhatIsNoBijection) {
  const auto pair = [](const char* from, const char* to) {
    return PrefixPair{*parse_prefix(from), *parse_prefix(to)};
  };
  EXPECT_EQ(error_of({pair("10.0.0.0/8", "11.0.0.0/16")}),
            "10.0.0.0/8=11.0.0.0/16: the prefixes differ in length; with the same length, hosts "
            "stay apart");
  EXPECT_NE(error_of({pair("10.0.0.1", "::1")}), "");
  EXPECT_EQ(
      error_of({pair("10.0.0.0/8", "11.0.0.0/8"), pair("10.1.0.0/16", "12.0.0.0/16")}),
      "10.0.0.0/8=11.0.0.0/8 and 10.1.0.0/16=12.0.0.0/16: 10.0.0.0/8 and 10.1.0.0/16 overlap");
  EXPECT_EQ(error_of({pair("10.0.0.0/8", "11.0.0.0/8"), pair("12.1.0.0/16", "11.0.0.0/16")}),
            "10.0.0.0/8=11.0.0.0/8 and 12.1.0.0/16=11.0.0.0/16: 11.0.0.0/8 and 11.0.0.0/16 "
            "overlap, so two hosts would become one");
}

// Chains that go through every address of a /8, as a counter counts.
TEST(AddressMap, RefusesChainsWithoutReasonableEnd) {
  std::vector<PrefixPair> pairs = pairs_of({"10.0.0.0/8=11.0.0.0/8"});
  for (uint32_t k = 0; k < 24; ++k) {
    const auto length = static_cast<uint8_t>(9 + k);
    const uint32_t bit = uint32_t{1} << (23 - k);
    const uint32_t ones = (uint32_t{1} << 24) - (bit << 1);
    pairs.push_back({{.length = length, .first = 0x0b00'0000 | ones},
                     {.length = length, .first = 0x0a00'0000 | bit}});
  }
  const Result<AddressMap> map = AddressMap::make(pairs);
  ASSERT_FALSE(map);
  EXPECT_NE(map.error().what.find("cannot be completed"), std::string::npos) << map.error().what;
}

TEST(AddressMap, OfNetworks) {
  const AddressMap map = map_of({"2001:db8::/32=fd00:1::/32", "2001:db9::/33=fd00:2::/33"});
  const auto network = [&](const char* text) { return to_text(map.prefix(*parse_prefix(text))); };
  EXPECT_EQ(network("2001:db8:1::/48"), "fd00:1:1::/48");
  EXPECT_EQ(network("2001:db8::/32"), "fd00:1::/32");
  EXPECT_EQ(network("2001:db9::/32"), "2001:db9::/32");  // its halves part
  EXPECT_EQ(network("2001::/16"), "2001::/16");
  EXPECT_EQ(network("::/0"), "::/0");
}

// A few networks in a small part of the address space, so that they overlap in all ways.
TEST(AddressMap, IsAPermutationAndItsInverseIsThatOfThePairsReversed) {
  std::mt19937 random(1);
  for (int round = 0, made = 0; round < 3000 && made < 200; ++round) {
    std::vector<PrefixPair> pairs;
    for (size_t n = 1 + random() % 5; n > 0; --n) {
      const auto length = static_cast<uint8_t>(24 + random() % 7);
      const uint32_t mask = ~uint32_t{0} << (32 - length);
      const auto any = [&] { return (0x0a00'0000 | (random() & 0x1ff)) & mask; };
      pairs.push_back({{.length = length, .first = any()}, {.length = length, .first = any()}});
    }
    std::vector<PrefixPair> reversed;
    reversed.reserve(pairs.size());
    for (const PrefixPair& pair : pairs) reversed.push_back({pair.to, pair.from});
    const Result<AddressMap> map = AddressMap::make(pairs);
    const Result<AddressMap> inverse = AddressMap::make(reversed);
    ASSERT_EQ(map.has_value(), inverse.has_value());
    if (!map) continue;
    ++made;
    std::set<uint32_t> images;
    for (uint32_t address = 0x09ff'ff00; address < 0x0a00'0300; ++address) {
      const uint32_t moved = map->ipv4(address);
      images.insert(moved);
      ASSERT_EQ(inverse->ipv4(moved), address);
      for (const PrefixPair& pair : pairs) {
        const bool moves = address >= pair.from.first && address <= last_of(pair.from);
        ASSERT_TRUE(!moves || moved == pair.to.first + (address - pair.from.first));
      }
    }
    ASSERT_EQ(images.size(), 0x0a00'0300u - 0x09ff'ff00u);
    ASSERT_EQ(*images.begin(), 0x09ff'ff00u);
  }
}

TEST(AddressMap, OfThousandsOfPairs) {
  std::vector<PrefixPair> pairs;
  for (uint32_t i = 0; i < 5000; ++i)
    pairs.push_back({{.length = 24, .first = 0x0a00'0000 + (i << 8)},
                     {.length = 24, .first = 0x0a00'0000 + ((i + 1) << 8)}});
  const Result<AddressMap> map = AddressMap::make(pairs);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->ipv4(0x0a00'0005), 0x0a00'0105u);
  EXPECT_EQ(map->ipv4(0x0a00'0005 + (5000 << 8)), 0x0a00'0005u);
}

}  // namespace
}  // namespace gophercap::rewrite
