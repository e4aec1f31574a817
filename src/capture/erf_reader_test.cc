// ERF, the records of Endace's cards, value by value, and how ERF is recognized without a magic.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "capture/capture_reader.h"
#include "testing/pcap_builder.h"
#include "testing/read_capture.h"

namespace gophercap::capture {
namespace {

using testing::Bytes;
using testing::ErfBuilder;
using testing::ErfRecord;
using testing::payload;
using testing::read_capture;
using testing::ReadCapture;
using testing::ReadPacket;

constexpr int64_t kSecond = 1'000'000'000;
constexpr uint8_t kPadRecord = 48;

// A record of some kind and two ordinary ones, so that the file is recognized as ERF.
ReadCapture read_with(const ErfRecord& record) {
  ErfBuilder b;
  b.record(record);
  b.record({.seconds = record.seconds, .data = payload(60)});
  b.record({.seconds = record.seconds, .data = payload(60)});
  return read_capture(b.bytes());
}

TEST(Erf, EveryFieldOfAnEthernetRecordIsRead) {
  const ReadCapture c =
      read_with({.seconds = 1'600'000'000, .fraction = 0x80000000, .data = payload(64, 1)});
  EXPECT_EQ(c.format, Format::kErf);
  EXPECT_EQ(c.status, ReadStatus::kEnd);
  EXPECT_EQ(c.link_types, std::vector<uint32_t>{1});
  ASSERT_EQ(c.packets.size(), 3u) << c;
  EXPECT_EQ(c.packets[0],
            (ReadPacket{1'600'000'000 * kSecond + kSecond / 2, payload(64, 1), 64, 0, 0, 4, 0}));
}

TEST(Erf, FractionIsFloored) {
  EXPECT_EQ(read_with({.seconds = 1, .fraction = 1}).packets.at(0).time_ns, kSecond);
  EXPECT_EQ(read_with({.seconds = 1, .fraction = 5}).packets.at(0).time_ns, kSecond + 1);
  EXPECT_EQ(read_with({.seconds = 1, .fraction = 0xffffffff}).packets.at(0).time_ns,
            2 * kSecond - 1);
  EXPECT_EQ(read_with({.seconds = 0xffffffff}).packets.at(0).time_ns, 4'294'967'295 * kSecond);
}

TEST(Erf, PaddingOfARecordIsNotData) {
  for (size_t n = 0; n < 9; ++n) {
    const ReadPacket p =
        read_with({.seconds = 1, .data = payload(60, 1), .tail_zeros = n}).packets.at(0);
    EXPECT_EQ(p.data, payload(60, 1));
    EXPECT_EQ(p.original, 60u);
  }
}

TEST(Erf, ACutFrameKeepsItsLengthOnTheWireAndHasNoCheckSequence) {
  const ReadPacket p =
      read_with({.seconds = 1, .data = payload(60, 1), .wire_bytes = uint16_t{1518}}).packets.at(0);
  EXPECT_EQ(p.data.size(), 60u);
  EXPECT_EQ(p.original, 1518u);
  EXPECT_EQ(p.fcs_bytes, 0);
}

TEST(Erf, ExtensionHeadersArePassedOver) {
  for (size_t n = 0; n < 5; ++n) {
    const ReadPacket p = read_with({.seconds = 1,
                                    .extensions = std::vector<uint64_t>(n, 0x0102030405060708),
                                    .data = payload(60, 1)})
                             .packets.at(0);
    EXPECT_EQ(p.data, payload(60, 1)) << n;
  }
}

TEST(Erf, ExtensionHeadersThatOverrunTheirRecordAreDamage) {
  ErfBuilder b;
  for (int i = 0; i < 3; ++i) b.record({.seconds = 1, .data = payload(60)});
  const size_t border = b.size();
  // The extension header announces another one, but there is no room for it.
  b.record({.seconds = 1, .extensions = {uint64_t{1} << 63}, .record_bytes = uint16_t{26}});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.status, ReadStatus::kCorrupt) << c;
  EXPECT_EQ(c.packets.size(), 3u);
  EXPECT_EQ(c.damage_offset, border);
}

TEST(Erf, IpRecordsAreRawAndHaveNoCheckSequence) {
  for (const uint8_t type : {uint8_t{22}, uint8_t{23}}) {
    const ReadCapture c = read_with(
        {.seconds = 1, .type = type, .extensions = {7}, .data = payload(41, 1), .tail_zeros = 7});
    EXPECT_EQ(c.link_types, (std::vector<uint32_t>{101, 1}));
    ASSERT_EQ(c.packets.size(), 3u);
    EXPECT_EQ(c.packets[0].data, payload(41, 1));
    EXPECT_EQ(c.packets[0].fcs_bytes, 0);
    EXPECT_EQ(c.packets[1].interface, 1u);
  }
}

TEST(Erf, RecordsOfOtherKindsAreGivenWhole) {
  for (const uint8_t type :
       {uint8_t{1}, uint8_t{3}, uint8_t{5}, uint8_t{21}, uint8_t{27}, uint8_t{29}}) {
    const ReadCapture c =
        read_with({.seconds = 1, .type = type, .extensions = {7}, .data = payload(40, 1)});
    EXPECT_EQ(c.link_types.at(0), 197u);
    ASSERT_EQ(c.packets.size(), 3u) << int{type};
    EXPECT_EQ(c.packets[0].data.size(), 16u + 8u + 40u);
    EXPECT_EQ(c.packets[0].original, 64u);
    EXPECT_EQ(c.packets[0].fcs_bytes, 0);
  }
}

TEST(Erf, EthernetHasFourTypes) {
  for (const uint8_t type : {uint8_t{2}, uint8_t{11}, uint8_t{16}, uint8_t{20}}) {
    Bytes bytes;
    ErfBuilder b;
    for (int i = 0; i < 3; ++i) b.record({.seconds = 1, .data = payload(60, 1)});
    bytes = b.bytes();
    bytes[8] = type;
    const ReadCapture c = read_capture(bytes);
    EXPECT_EQ(c.link_types, std::vector<uint32_t>{1}) << int{type};
    EXPECT_EQ(c.packets.at(0).data, payload(60, 1));
  }
}

TEST(Erf, PadRecordsAreNoPackets) {
  ErfBuilder b;
  b.record({.seconds = 1, .data = payload(60)});
  for (int i = 0; i < 1000; ++i) b.record({.type = kPadRecord, .data = payload(20)});
  b.record({.seconds = 1, .data = payload(61)});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.status, ReadStatus::kEnd);
  EXPECT_EQ(c.packets.size(), 2u);
}

TEST(Erf, UnknownTypesAndShortRecordsAreDamage) {
  const auto damaged = [](const ErfRecord& record) {
    ErfBuilder b;
    for (int i = 0; i < 3; ++i) b.record({.seconds = 1, .data = payload(60)});
    const size_t border = b.size();
    b.record(record).record({.seconds = 1, .data = payload(60)});
    const ReadCapture c = read_capture(b.bytes());
    EXPECT_EQ(c.status, ReadStatus::kCorrupt) << c;
    EXPECT_EQ(c.packets.size(), 3u);
    EXPECT_EQ(c.damage_offset, border);
  };
  damaged({.seconds = 1, .type = 30});
  damaged({.seconds = 1, .type = 0, .data = payload(60)});
  damaged({.seconds = 1, .type = 49});
  damaged({.seconds = 1, .data = payload(60), .record_bytes = uint16_t{15}});
  damaged({.seconds = 1, .data = payload(60), .record_bytes = uint16_t{0}});
  damaged({.seconds = 1, .data = payload(60), .record_bytes = uint16_t{17}});
}

// --- recognition ---

Errc open_error(const Bytes& bytes) {
  return read_capture(bytes).open_error.value_or(Errc::kInternal);
}

TEST(ErfProbe, OneRecordIsEnoughWhereItIsTheWholeFile) {
  ErfBuilder b;
  b.record({.seconds = 1, .data = payload(60)});
  EXPECT_EQ(read_capture(b.bytes()).packets.size(), 1u);
}

// Traffic generators begin at time zero.
TEST(ErfProbe, TimesInTheFirstSecondOf1970AreTimes) {
  ErfBuilder b;
  b.record({.seconds = 0, .fraction = 42'949'673, .data = payload(94)});
  b.record({.seconds = 0, .fraction = 85'899'346, .data = payload(94)});
  const ReadCapture c = read_capture(b.bytes());
  ASSERT_EQ(c.packets.size(), 2u) << c;
  EXPECT_EQ(c.packets[0].time_ns, 10'000'000);
}

TEST(ErfProbe, SourcesThatGiveLittleAtATimeAreRecognizedAlike) {
  ErfBuilder b;
  for (int i = 0; i < 3; ++i) b.record({.seconds = 1, .data = payload(60'000)});
  const ReadCapture whole = read_capture(b.bytes());
  EXPECT_EQ(whole.packets.size(), 3u);
  EXPECT_EQ(read_capture(b.bytes(), {.block_bytes = 64, .max_chunk = 100}), whole);
}

TEST(ErfProbe, TimesThatJumpAreNotErf) {
  ErfBuilder b;
  b.record({.seconds = 1'600'000'000, .data = payload(60)});
  b.record({.seconds = 1'700'000'000, .data = payload(60)});
  EXPECT_EQ(open_error(b.bytes()), Errc::kUnsupported);
}

TEST(ErfProbe, SomethingElseBehindOneRecordIsNotErf) {
  ErfBuilder b;
  b.record({.seconds = 1, .data = payload(60)});
  ErfBuilder zeros = b;
  zeros.raw(Bytes(1000)).raw(Bytes{1});
  EXPECT_EQ(open_error(zeros.bytes()), Errc::kUnsupported);
  EXPECT_EQ(open_error(b.raw(Bytes(1000, 0xee)).bytes()), Errc::kUnsupported);
}

TEST(ErfProbe, DamageBehindThreeRecordsIsDamageOfErf) {
  ErfBuilder b;
  for (int i = 0; i < 3; ++i) b.record({.seconds = 1, .data = payload(60)});
  b.raw(Bytes(1000, 0xee));
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.status, ReadStatus::kCorrupt) << c;
  EXPECT_EQ(c.packets.size(), 3u);
}

}  // namespace
}  // namespace gophercap::capture
