#include "rewrite/fit/segment_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "rewrite/packet_for_test.h"

namespace gophercap::rewrite {
namespace {

constexpr uint32_t kMost = 1514;

Bytes packet_of(const TcpFields& tcp, size_t payload) {
  return Packet().eth(0x0800).ip4().tcp(tcp).with(payload_of(payload));
}
Bytes syn(uint16_t port, uint16_t mss) {
  return packet_of(
      {.flags = 0x02,
       .options = {1, 1, 2, 4, static_cast<uint8_t>(mss >> 8), static_cast<uint8_t>(mss), 0, 0},
       .source_port = port},
      0);
}
Bytes data(uint16_t port, size_t bytes) {
  return packet_of({.source_port = port}, bytes);
}
SegmentSize known(const SegmentTable& table, const Bytes& packet) {
  return table.of(connection_of(packet.data(), headers_of(frame_of(packet), Depth::kInnermost)));
}
// The other direction.
Bytes answer(Bytes packet) {
  std::swap_ranges(packet.begin() + 26, packet.begin() + 30, packet.begin() + 30);
  std::swap_ranges(packet.begin() + 34, packet.begin() + 36, packet.begin() + 36);
  return packet;
}

TEST(SegmentTable, KnowsTheSmallerMssAndTheLargestSegmentOfEachDirection) {
  SegmentTable table(100);
  for (const Bytes& packet : {syn(1, 1460), answer(syn(1, 1380)), data(1, 700), data(1, 900),
                              answer(data(1, 300)), data(1, 5000), syn(2, 1200)})
    table.learn(frame_of(packet), kMost);
  EXPECT_EQ(known(table, data(1, 1)).mss, 1380);
  EXPECT_EQ(known(table, data(1, 1)).largest, 900);
  EXPECT_EQ(known(table, answer(data(1, 1))).largest, 300);
  EXPECT_EQ(known(table, data(2, 1)).mss, 1200);
  EXPECT_EQ(known(table, data(3, 1)).mss, 0);
  EXPECT_TRUE(table.complete());
  table.keep_needed();
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(known(table, data(1, 1)).mss, 1380);
  EXPECT_EQ(known(table, data(2, 1)).mss, 0);
}

TEST(SegmentTable, OptionsThatAreDamagedSayNothing) {
  SegmentTable table(100);
  for (Bytes options : {Bytes{2, 3, 5, 0}, Bytes{2, 8, 5, 0}, Bytes{8, 0, 0, 0}, Bytes{1, 1, 1, 2},
                        Bytes{0, 2, 4, 5}})
    table.learn(frame_of(packet_of({.flags = 0x02, .options = options}, 0)), kMost);
  EXPECT_EQ(table.size(), 0u);
}

// In any order, and by any number of tables.
TEST(SegmentTable, OfTooManyItKnowsTheSameOnes) {
  std::vector<Bytes> packets;
  for (uint16_t port = 1; port <= 900; ++port) {
    packets.push_back(syn(port, static_cast<uint16_t>(1000 + port % 100)));
    packets.push_back(data(port, port));
  }
  std::vector<std::vector<int>> seen;
  for (const unsigned tables : {1u, 2u, 5u}) {
    std::mt19937 random(tables);
    std::shuffle(packets.begin(), packets.end(), random);
    std::vector<SegmentTable> parts(tables, SegmentTable(100));
    for (size_t i = 0; i < packets.size(); ++i)
      parts[i % tables].learn(frame_of(packets[i]), kMost);
    SegmentTable sum(100);
    for (const SegmentTable& part : parts) sum.merge(part);
    EXPECT_FALSE(sum.complete());
    EXPECT_LE(sum.size(), 100u);
    EXPECT_GT(sum.size(), 50u);
    std::vector<int> values;
    for (uint16_t port = 1; port <= 900; ++port) {
      const SegmentSize size = known(sum, data(port, 1));
      values.push_back(size.mss * 1000 + size.largest);
    }
    seen.push_back(values);
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
}

}  // namespace
}  // namespace gophercap::rewrite
