// snoop (RFC 1761), value by value.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "capture/capture_reader.h"
#include "testing/pcap_builder.h"
#include "testing/read_capture.h"

namespace gophercap::capture {
namespace {

using packet::PacketView;
using testing::payload;
using testing::read_capture;
using testing::ReadCapture;
using testing::ReadPacket;
using testing::SnoopBuilder;

constexpr int64_t kSecond = 1'000'000'000;

TEST(Snoop, EveryFieldIsRead) {
  SnoopBuilder b;
  b.record({.seconds = 1'000'000'000, .micros = 123'456, .data = payload(61, 1), .original = 1514});
  const size_t second = b.size();
  b.record({.seconds = 0xffffffff, .micros = 0, .data = payload(0)});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.format, Format::kSnoop);
  EXPECT_EQ(c.status, ReadStatus::kEnd);
  EXPECT_EQ(c.link_types, std::vector<uint32_t>{1});
  const std::vector<ReadPacket> expected = {
      {1'000'000'000 * kSecond + 123'456'000, payload(61, 1), 1514, 0, 16, 0, 0},
      {4'294'967'295 * kSecond, {}, 0, 0, second, 0, 0}};
  EXPECT_EQ(c.packets, expected) << c;
}

TEST(Snoop, DataLinksBecomeLinkTypes) {
  const std::vector<std::pair<uint32_t, uint32_t>> known = {{0, 1},  {4, 1},    {2, 6},
                                                            {8, 10}, {18, 123}, {26, 242}};
  for (const auto& [datalink, link_type] : known) {
    SnoopBuilder b(datalink);
    b.record({.seconds = 1, .data = payload(60)});
    EXPECT_EQ(read_capture(b.bytes()).link_types, std::vector<uint32_t>{link_type}) << datalink;
  }
  for (const uint32_t datalink : {1u, 3u, 5u, 9u, 100u, 0x0fffffffu}) {
    const ReadCapture c = read_capture(SnoopBuilder(datalink).bytes());
    EXPECT_EQ(c.open_error, Errc::kUnsupported) << datalink;
    EXPECT_NE(c.message.find(std::to_string(datalink)), std::string::npos);
  }
}

TEST(Snoop, OtherVersionsAreRefused) {
  for (const uint32_t version : {0u, 1u, 3u, 4u, 5u, 0x02000000u})
    EXPECT_EQ(read_capture(SnoopBuilder(4, version).bytes()).open_error, Errc::kUnsupported);
}

TEST(Snoop, FractionOutOfRangeIsCarriedAndMarked) {
  SnoopBuilder b;
  b.record({.seconds = 5, .micros = 1'500'000});
  const ReadPacket p = read_capture(b.bytes()).packets.at(0);
  EXPECT_EQ(p.time_ns, 6 * kSecond + kSecond / 2);
  EXPECT_EQ(p.flags, PacketView::kCarriedFraction);
}

TEST(Snoop, NegativeFractionIsTakenOffTheSeconds) {
  SnoopBuilder b;
  b.record({.seconds = 5, .micros = 0xfffffff8});
  const ReadPacket p = read_capture(b.bytes()).packets.at(0);
  EXPECT_EQ(p.time_ns, 5 * kSecond - 8000);
  EXPECT_EQ(p.flags, PacketView::kCarriedFraction);
}

TEST(Snoop, PaddingOfARecordIsNotData) {
  SnoopBuilder b;
  for (size_t n = 0; n < 9; ++n)
    b.record({.seconds = 1, .data = payload(n, static_cast<uint8_t>(n))});
  SnoopBuilder wide;
  wide.record({.seconds = 1, .data = payload(8, 1), .captured = 4, .record_bytes = 32});
  wide.record({.seconds = 2, .data = payload(8, 2)});
  const ReadCapture c = read_capture(b.bytes());
  ASSERT_EQ(c.packets.size(), 9u);
  for (size_t n = 0; n < 9; ++n) EXPECT_EQ(c.packets[n].data.size(), n);
  const ReadCapture w = read_capture(wide.bytes());
  ASSERT_EQ(w.packets.size(), 2u);
  EXPECT_EQ(w.packets[0].data.size(), 4u);
  EXPECT_EQ(w.packets[1].data, payload(8, 2));
}

TEST(Snoop, RecordLengthsThatContradictAreDamage) {
  for (const uint32_t record_bytes : {0u, 1u, 23u, 24u, 83u, 24u + 60u + 4097u, 0xffffffffu}) {
    SnoopBuilder b;
    b.record({.seconds = 1, .data = payload(60)});
    const size_t border = b.size();
    b.record({.seconds = 1, .data = payload(60), .record_bytes = record_bytes});
    const ReadCapture c = read_capture(b.bytes());
    EXPECT_EQ(c.status, ReadStatus::kCorrupt) << record_bytes;
    EXPECT_EQ(c.packets.size(), 1u);
    EXPECT_EQ(c.damage_offset, border);
    EXPECT_EQ(c.message.rfind("packet 2: ", 0), 0u) << c.message;
  }
}

TEST(Snoop, LimitIs256KiB) {
  SnoopBuilder at;
  at.record({.seconds = 1, .data = payload(262'144)});
  EXPECT_EQ(read_capture(at.bytes()).packets.size(), 1u);
  SnoopBuilder above;
  above.record({.seconds = 1, .data = payload(262'145)});
  EXPECT_EQ(read_capture(above.bytes()).status, ReadStatus::kCorrupt);
}

}  // namespace
}  // namespace gophercap::capture
