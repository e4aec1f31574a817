#include "packet/flow_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "packet/link_type.h"
#include "testing/hex.h"

namespace gophercap::packet {
namespace {

using testing::hex;
using Bytes = std::vector<uint8_t>;

const std::string kMacs = "020000000001 020000000002 ";
const std::string kUdp4 =
    "4500 0020 0001 0000 40 11 0000 0a000001 0a000002  1234 0035 000c 0000 00000000";
const std::string kTcp6 =
    "60000000 0014 06 40 20010db8000000000000000000000001 20010db8000000000000000000000002 "
    "c000 01bb 00000000 00000000 5002 0000 0000 0000";

FlowKey key_of(const std::string& text) {
  const Bytes b = hex(text);
  return flow_key(b.data(), static_cast<uint32_t>(b.size()), kLinkTypeEthernet);
}
uint32_t hash_of(const std::string& text) {
  const Bytes b = hex(text);
  return pair_hash(b.data(), static_cast<uint32_t>(b.size()), kLinkTypeEthernet);
}

void expect_udp4(const FlowKey& key) {
  EXPECT_EQ(key.network, FlowKey::Network::kIpv4);
  EXPECT_EQ(key.protocol, 17);
  EXPECT_EQ(key.source[3], 1);
  EXPECT_EQ(key.destination[3], 2);
  EXPECT_TRUE(key.has_ports);
  EXPECT_EQ(key.source_port, 0x1234);
  EXPECT_EQ(key.destination_port, 53);
  EXPECT_FALSE(key.fragment);
}

TEST(FlowKey, FindsIpBehindTagsLabelsAndPppoe) {
  expect_udp4(key_of(kMacs + "0800" + kUdp4));
  expect_udp4(key_of(kMacs + "8100 0064 0800" + kUdp4));
  expect_udp4(key_of(kMacs + "88a8 0064 8100 0005 9100 0001 0800" + kUdp4));
  expect_udp4(key_of(kMacs + "8847 00010040 00020140" + kUdp4));
  expect_udp4(key_of(kMacs + "8864 1100 0001 0022 0021" + kUdp4));
}

TEST(FlowKey, FindsPortsBehindIpv6Extensions) {
  const FlowKey plain = key_of(kMacs + "86dd" + kTcp6);
  EXPECT_EQ(plain.network, FlowKey::Network::kIpv6);
  EXPECT_EQ(plain.protocol, 6);
  EXPECT_EQ(plain.source_port, 0xc000);
  EXPECT_EQ(plain.destination_port, 443);
  std::string extended = kTcp6;
  extended.replace(extended.find(" 06 "), 4, " 00 ");
  const std::string headers =
      "3c00 000000000000"
      "3301 0000 00000000 00000000 00000000"
      "0600 000000000000";
  extended.insert(extended.find("c000 01bb"), headers);
  const FlowKey behind = key_of(kMacs + "86dd" + extended);
  EXPECT_EQ(behind.protocol, 6);
  EXPECT_EQ(behind.destination_port, 443);
}

TEST(FlowKey, FragmentsBelongToTheirPairOfAddresses) {
  std::string first = kUdp4;
  first.replace(first.find("0001 0000"), 9, "0001 2000");
  std::string later = kUdp4;
  later.replace(later.find("0001 0000"), 9, "0001 0010");
  EXPECT_TRUE(key_of(kMacs + "0800" + first).fragment);
  EXPECT_TRUE(key_of(kMacs + "0800" + first).has_ports);
  EXPECT_TRUE(key_of(kMacs + "0800" + later).fragment);
  EXPECT_FALSE(key_of(kMacs + "0800" + later).has_ports);
  EXPECT_EQ(hash_of(kMacs + "0800" + first), hash_of(kMacs + "0800" + later));
  EXPECT_EQ(hash_of(kMacs + "0800" + first), hash_of(kMacs + "0800" + kUdp4));
  std::string six = kTcp6;
  six.replace(six.find(" 06 "), 4, " 2c ");
  six.insert(six.find("c000 01bb"), "0600 0009 00000001");
  EXPECT_TRUE(key_of(kMacs + "86dd" + six).fragment);
  EXPECT_FALSE(key_of(kMacs + "86dd" + six).has_ports);
  EXPECT_EQ(hash_of(kMacs + "86dd" + six), hash_of(kMacs + "86dd" + kTcp6));
}

TEST(FlowKey, BothDirectionsHaveOneHash) {
  std::string back = kUdp4;
  back.replace(back.find("0a000001 0a000002"), 17, "0a000002 0a000001");
  EXPECT_EQ(hash_of(kMacs + "0800" + kUdp4), hash_of("020000000002 020000000001 0800" + back));
  EXPECT_EQ(hash_of("020000000001 020000000002 0806 00"),
            hash_of("020000000002 020000000001 0806 01"));
}

TEST(FlowKey, PairsSpread) {
  std::set<uint32_t> lanes;
  unsigned first_lane = 0;
  for (int i = 0; i < 1000; ++i) {
    Bytes b = hex(kMacs + "0800" + kUdp4);
    b[14 + 15] = static_cast<uint8_t>(i);
    b[14 + 14] = static_cast<uint8_t>(i >> 8);
    const uint32_t hash = pair_hash(b.data(), static_cast<uint32_t>(b.size()), kLinkTypeEthernet);
    lanes.insert(hash);
    first_lane += hash % 2;
  }
  EXPECT_GT(lanes.size(), 990u);
  EXPECT_GT(first_lane, 400u);
  EXPECT_LT(first_lane, 600u);
}

// Each prefix in its own memory, so that a sanitizer detects reading beyond it.
TEST(FlowKey, ReadsNoByteBehindAnyCut) {
  for (const std::string& text :
       {kMacs + "0800" + kUdp4, kMacs + "8100 0064 88a8 0001 86dd" + kTcp6,
        kMacs + "8847 00010040 00020140" + kUdp4, kMacs + "8864 1100 0001 0022 0057" + kTcp6}) {
    const Bytes whole = hex(text);
    for (size_t n = 0; n <= whole.size(); ++n) {
      const auto cut = std::make_unique<uint8_t[]>(n);
      std::copy_n(whole.begin(), n, cut.get());
      const FlowKey key = flow_key(cut.get(), static_cast<uint32_t>(n), kLinkTypeEthernet);
      (void)pair_hash(cut.get(), static_cast<uint32_t>(n), kLinkTypeEthernet);
      EXPECT_FALSE(key.has_ports && n < 38) << n;
    }
  }
}

}  // namespace
}  // namespace gophercap::packet
