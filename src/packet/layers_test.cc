#include "packet/layers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "testing/hex.h"

namespace gophercap::packet {
namespace {

using testing::hex;
using Bytes = std::vector<uint8_t>;
using Kind = Layer::Kind;

std::vector<Layer> layers(const Bytes& bytes, uint32_t link_type) {
  // In its own memory, so that a sanitizer detects reading beyond it.
  const auto copy = std::make_unique<uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  std::vector<Layer> found;
  walk_layers(copy.get(), static_cast<uint32_t>(bytes.size()), link_type, [&](const Layer& layer) {
    found.push_back(layer);
    return true;
  });
  return found;
}

std::vector<Kind> kinds(const std::string& text, uint32_t link_type) {
  std::vector<Kind> found;
  for (const Layer& layer : layers(hex(text), link_type)) found.push_back(layer.kind);
  return found;
}
using Kinds = std::vector<Kind>;

const std::string kMacs = "020000000001 020000000002 ";
const std::string kUdp4 =
    "4500 0020 0001 0000 40 11 0000 0a000001 0a000002  1234 0035 000c 0000 00000000";
const std::string kTcp6 =
    "60000000 0014 06 40 20010db8000000000000000000000001 20010db8000000000000000000000002 "
    "c000 01bb 00000000 00000000 5002 0000 0000 0000";
const std::string kSnap = "aaaa03 000000 ";

TEST(Layers, EveryStartFindsIp) {
  const Kinds behind = {Kind::kIpv4, Kind::kUdp};
  const auto expect = [&](uint32_t link_type, const std::string& front, Kinds kinds_in_front,
                          const std::string& ip = kUdp4) {
    kinds_in_front.insert(kinds_in_front.end(), behind.begin(), behind.end());
    EXPECT_EQ(kinds(front + ip, link_type), kinds_in_front) << "link type " << link_type;
  };
  expect(1, kMacs + "0800", {Kind::kEthernet});
  expect(0, "02000000", {Kind::kLoopback});
  expect(0, "00000002", {Kind::kLoopback});
  expect(108, "00000002", {Kind::kLoopback});
  expect(9, "ff03 0021", {Kind::kPpp});
  expect(9, "0021", {Kind::kPpp});
  expect(9, "21", {Kind::kPpp});
  expect(50, "ff03 0021", {Kind::kPpp});
  expect(50, "0f00 0800", {Kind::kCiscoHdlc});
  expect(51, "1100 0001 0022 0021", {Kind::kPppoe, Kind::kPpp});
  expect(101, "", {});
  expect(104, "8f00 0800", {Kind::kCiscoHdlc});
  expect(105, "0801 0000" + std::string(40, '0') + kSnap + "0800", {Kind::kWifi, Kind::kLlc});
  expect(105, "8801 0000" + std::string(44, '0') + kSnap + "0800", {Kind::kWifi, Kind::kLlc});
  expect(105, "0803 0000" + std::string(52, '0') + kSnap + "0800", {Kind::kWifi, Kind::kLlc});
  expect(113, "0000 0001 0006 020000000001 0000 0800", {Kind::kLinuxCooked});
  expect(113, "0000 0001 0006 020000000001 0000 0004" + kSnap + "0800",
         {Kind::kLinuxCooked, Kind::kLlc});
  expect(219, "00010040 00020140", {Kind::kMpls, Kind::kMpls});
  expect(228, "", {});
  expect(276, "0800 0000 00000001 0001 00 06 0200000000010000", {Kind::kLinuxCooked2});
  EXPECT_EQ(kinds(kTcp6, 101), (Kinds{Kind::kIpv6, Kind::kTcp}));
  EXPECT_EQ(kinds(kTcp6, 229), (Kinds{Kind::kIpv6, Kind::kTcp}));
  for (const char* family : {"0000000a", "00000018", "0000001c", "0000001e", "1e000000"})
    EXPECT_EQ(kinds(family + kTcp6, 0), (Kinds{Kind::kLoopback, Kind::kIpv6, Kind::kTcp}));
  EXPECT_EQ(kinds(kUdp4, 147), Kinds{}) << "a link type that nobody knows";
}

TEST(Layers, RadiotapSaysWhetherThePayloadIsPadded) {
  const std::string quality = "8801 0000" + std::string(44, '0');
  const Kinds ip = {Kind::kRadiotap, Kind::kWifi, Kind::kLlc, Kind::kIpv4, Kind::kUdp};
  // The flags come after the clock, if there is one.
  EXPECT_EQ(kinds("0000 0900 02000000 00" + quality + kSnap + "0800" + kUdp4, 127), ip);
  EXPECT_EQ(kinds("0000 0900 02000000 20" + quality + "0000" + kSnap + "0800" + kUdp4, 127), ip);
  EXPECT_EQ(
      kinds("0000 1100 03000000 0000000000000000 20" + quality + "0000" + kSnap + "0800" + kUdp4,
            127),
      ip);
  // A second word of fields.
  EXPECT_EQ(
      kinds("0000 0d00 02000080 00000000 20" + quality + "0000" + kSnap + "0800" + kUdp4, 127), ip);
}

TEST(Layers, FramesOfWifiThatCarryNothingReadableEndThere) {
  const std::string rest = std::string(44, '0') + kSnap + "0800" + kUdp4;
  EXPECT_EQ(kinds("8000 0000" + rest, 105), Kinds{Kind::kWifi}) << "a beacon";
  EXPECT_EQ(kinds("4801 0000" + rest, 105), Kinds{Kind::kWifi}) << "null data";
  EXPECT_EQ(kinds("8841 0000" + rest, 105), Kinds{Kind::kWifi}) << "encrypted";
}

TEST(Layers, SayWhereTheyBeginAndWhatTheyAreCalled) {
  const std::vector<Layer> found =
      layers(hex(kMacs + "88a8 0064 8100 0005 0800" + kUdp4), kLinkTypeEthernet);
  ASSERT_EQ(found.size(), 5u);
  EXPECT_EQ(found[1].kind, Kind::kVlan);
  EXPECT_EQ(found[1].id, 0x88a8);
  EXPECT_EQ(found[1].offset, 14u);
  EXPECT_EQ(found[1].header_bytes, 4u);
  EXPECT_EQ(found[2].id, 0x8100);
  EXPECT_EQ(found[3].offset, 22u);
  EXPECT_EQ(found[3].header_bytes, 20u);
  EXPECT_EQ(found[4].id, kIpUdp);
  EXPECT_EQ(found[4].offset, 42u);
  EXPECT_EQ(found[4].header_bytes, 8u);
}

TEST(Layers, AHeaderThatIsCutIsTheLast) {
  std::string options = kUdp4;
  options.replace(0, 2, "4f");  // 60 bytes
  const std::vector<Layer> found = layers(hex(kMacs + "0800" + options), kLinkTypeEthernet);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].header_bytes, 60u);
  EXPECT_FALSE(found[1].whole);
  EXPECT_TRUE(found[0].whole);
}

TEST(Layers, ItEndsWhereTheCallerSaysSo) {
  const Bytes bytes = hex(kMacs + "8100 0064 0800" + kUdp4);
  int calls = 0;
  walk_layers(bytes.data(), static_cast<uint32_t>(bytes.size()), kLinkTypeEthernet,
              [&](const Layer& layer) {
                ++calls;
                return layer.kind != Kind::kVlan;
              });
  EXPECT_EQ(calls, 2);
}

// For any bytes, headers follow each other without gaps, and each begins inside the packet.
TEST(Layers, StayInsideOfAnything) {
  std::mt19937 random(42);
  const std::vector<std::pair<uint32_t, std::string>> starts = {
      {1, kMacs + "8100 0064 8847 00010140" + kUdp4},
      {1, kMacs + "8864 1100 0001 0022 0057" + kTcp6},
      {127, "0000 0d00 02000080 00000000 20 8801 0000" + std::string(44, '0') + "0000" + kSnap +
                "86dd" + kTcp6},
      {113, "0000 0001 0006 020000000001 0000 0004" + kSnap + "0800" + kUdp4},
      {50, "ff03 0057" + kTcp6},
      {276, "86dd 0000 00000001 0001 00 06 0200000000010000 60000000 0014 2c 40" +
                std::string(64, '1') + "3c 00 0001 00000000 3301 0000 00000000 0600 000000000000"}};
  for (const auto& [link_type, text] : starts) {
    const Bytes whole = hex(text);
    for (int i = 0; i < 3000; ++i) {
      Bytes bytes = whole;
      for (unsigned flips = random() % 4; flips > 0; --flips)
        bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
      bytes.resize(random() % (bytes.size() + 1));
      uint64_t next = 0;
      for (const Layer& layer : layers(bytes, link_type)) {
        ASSERT_EQ(layer.offset, next);
        ASSERT_LT(layer.offset, bytes.size());
        ASSERT_GT(layer.header_bytes, 0u);
        next += layer.header_bytes;
        ASSERT_EQ(layer.whole, next <= bytes.size());
      }
    }
  }
}

}  // namespace
}  // namespace gophercap::packet
