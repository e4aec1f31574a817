#include "packet/flow_sample.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "testing/hex.h"

namespace gophercap::packet {
namespace {

using testing::hex;
using Bytes = std::vector<uint8_t>;

constexpr size_t kMany = 1000;

Frame frame_of(const Bytes& bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  return {bytes.data(), size, size, kLinkTypeEthernet};
}

// A UDP packet between two hosts of 10.0.0.0/8. `fragment` is the field with flags and offset.
Bytes udp(unsigned from, unsigned to, unsigned source_port, unsigned destination_port,
          unsigned fragment = 0) {
  return hex(
      fmt::format("020000000001 020000000002 0800 4500 0020 0001 {:04x} 40 11 0000 0a{:06x} "
                  "0a{:06x} {:04x} {:04x} 000c 0000 00000000",
                  fragment, from, to, source_port, destination_port));
}

bool takes(const FlowSample& sample, const Bytes& bytes) {
  return sample.takes(frame_of(bytes));
}

TEST(FlowSample, TakesBothDirectionsOfAFlowAndItsShareOfAll) {
  const FlowSample sample({1, 4}, FragmentedPairs(kMany));
  unsigned taken = 0;
  for (unsigned port = 1024; port < 5024; ++port) {
    const bool there = takes(sample, udp(1, 2, port, 53));
    EXPECT_EQ(there, takes(sample, udp(2, 1, 53, port)));
    taken += there;
  }
  EXPECT_NEAR(taken, 1000, 100);
}

TEST(FlowSample, AllIsAll) {
  const FlowSample sample({1, 1}, FragmentedPairs(kMany));
  for (unsigned port = 0; port < 100; ++port) EXPECT_TRUE(takes(sample, udp(1, 2, port, 53)));
  EXPECT_TRUE(takes(sample, {}));
}

TEST(FlowSample, KeepsFragmentsWithTheirFlow) {
  FragmentedPairs pairs(kMany);
  pairs.learn(frame_of(udp(1, 2, 7000, 2049, 0x2000)));
  pairs.learn(frame_of(udp(3, 4, 7000, 2049)));
  EXPECT_EQ(pairs.size(), 1u);
  const FlowSample sample({1, 2}, pairs);
  const bool there = takes(sample, udp(1, 2, 7000, 2049));
  EXPECT_EQ(takes(sample, udp(1, 2, 7000, 2049, 0x2000)), there);
  EXPECT_EQ(takes(sample, udp(1, 2, 0xdead, 0xbeef, 0x00b9)), there);  // payload instead of ports
  EXPECT_EQ(takes(sample, udp(2, 1, 2049, 7000)), there);
  // Hosts without fragments have many flows.
  unsigned taken = 0;
  for (unsigned port = 0; port < 100; ++port) taken += takes(sample, udp(3, 4, port, 2049));
  EXPECT_GT(taken, 20u);
  EXPECT_LT(taken, 80u);
}

TEST(FlowSample, TakesFramesWithoutIpByTheirStations) {
  const FlowSample sample({1, 2}, FragmentedPairs(kMany));
  unsigned taken = 0;
  for (unsigned station = 0; station < 200; ++station) {
    const bool there =
        takes(sample, hex(fmt::format("02000000{:04x} 020000000001 88cc 00", station)));
    EXPECT_EQ(there,
              takes(sample, hex(fmt::format("020000000001 02000000{:04x} 88cc 00", station))));
    taken += there;
  }
  EXPECT_GT(taken, 60u);
  EXPECT_LT(taken, 140u);
}

TEST(FragmentedPairs, AreTheSameInAnyOrderAndDivision) {
  std::vector<Bytes> packets;
  for (unsigned host = 0; host < 40; ++host) packets.push_back(udp(host, 99, 1, 2, 0x2000));
  FragmentedPairs one(16);
  for (const Bytes& packet : packets) one.learn(frame_of(packet));
  FragmentedPairs left(16);
  FragmentedPairs right(16);
  for (size_t i = packets.size(); i-- > 0;) (i % 3 == 0 ? left : right).learn(frame_of(packets[i]));
  left.merge(right);
  EXPECT_EQ(one.size(), 16u);
  EXPECT_FALSE(one.complete());
  const FlowSample a({1, 2}, one);
  const FlowSample b({1, 2}, left);
  for (unsigned host = 0; host < 60; ++host) {
    EXPECT_EQ(takes(a, udp(host, 99, 5, 6)), takes(b, udp(host, 99, 5, 6))) << host;
    // A pair that was forgotten counts as one with fragments.
    if (host < 40) {
      EXPECT_EQ(takes(a, udp(host, 99, 5, 6)), takes(a, udp(host, 99, 7, 8))) << host;
    }
  }
}

}  // namespace
}  // namespace gophercap::packet
