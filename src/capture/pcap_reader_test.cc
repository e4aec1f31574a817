// pcap and its variants, value by value.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "capture/capture_reader.h"
#include "testing/pcap_builder.h"
#include "testing/read_capture.h"

namespace gophercap::capture {
namespace {

using packet::PacketView;
using testing::Bytes;
using testing::kMagicIxiaHardware;
using testing::kMagicIxiaSoftware;
using testing::kMagicMicros;
using testing::kMagicModified;
using testing::kMagicNanos;
using testing::payload;
using testing::PcapBuilder;
using testing::PcapHeader;
using testing::PcapRecord;
using testing::read_capture;
using testing::ReadCapture;
using testing::ReadPacket;

constexpr int64_t kSecond = 1'000'000'000;

ReadCapture read_one(const PcapHeader& header, const PcapRecord& record) {
  return read_capture(PcapBuilder(header).record(record).bytes());
}

// --- variants ---

struct VariantCase {
  const char* name;
  uint32_t magic;
  Format format;
  int64_t unit_ns;
};
void PrintTo(const VariantCase& v, std::ostream* out) {
  *out << v.name;
}

class PcapVariant : public ::testing::TestWithParam<std::tuple<VariantCase, bool>> {};
INSTANTIATE_TEST_SUITE_P(
    Magics, PcapVariant,
    ::testing::Combine(
        ::testing::Values(VariantCase{"micros", kMagicMicros, Format::kPcap, 1000},
                          VariantCase{"nanos", kMagicNanos, Format::kPcapNanos, 1},
                          VariantCase{"modified", kMagicModified, Format::kPcapModified, 1000},
                          VariantCase{"ixia_hardware", kMagicIxiaHardware, Format::kPcapIxia, 1},
                          VariantCase{"ixia_software", kMagicIxiaSoftware, Format::kPcapIxia,
                                      1000}),
        ::testing::Bool()),
    [](const auto& variant) {
      return std::string(std::get<0>(variant.param).name) +
             (std::get<1>(variant.param) ? "_big_endian" : "_little_endian");
    });

TEST_P(PcapVariant, EveryFieldIsRead) {
  const auto& [variant, big] = GetParam();
  PcapBuilder b({.big_endian = big,
                 .magic = variant.magic,
                 .zone = -3600,
                 .sigfigs = 7,
                 .snap_length = 96,
                 .link_type = 113});
  const size_t first = b.size();
  b.record({.seconds = 1'600'000'000, .fraction = 123'456, .data = payload(60, 1)});
  const size_t second = b.size();
  b.record({.seconds = 1'600'000'001, .fraction = 0, .data = payload(96, 2), .original = 1514});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.format, variant.format);
  EXPECT_EQ(c.status, ReadStatus::kEnd);
  EXPECT_EQ(c.link_types, std::vector<uint32_t>{113});
  EXPECT_EQ(c.snap_lengths, std::vector<uint32_t>{96});
  EXPECT_EQ(c.sections, 1u);
  const std::vector<ReadPacket> expected = {
      {1'600'000'000 * kSecond + 123'456 * variant.unit_ns, payload(60, 1), 60, 0, first, 0, 0},
      {1'600'000'001 * kSecond, payload(96, 2), 1514, 0, second, 0, 0}};
  EXPECT_EQ(c.packets, expected) << c;
}

TEST_P(PcapVariant, FractionOutOfRangeIsCarriedAndMarked) {
  const auto& [variant, big] = GetParam();
  const auto limit = static_cast<uint32_t>(kSecond / variant.unit_ns);
  // Minus one second and lower values are not negative fractions.
  for (const uint32_t fraction : {limit - 1, limit, limit + limit / 2, 0x80000000u, 0u - limit}) {
    const ReadCapture c = read_one({.big_endian = big, .magic = variant.magic},
                                   {.seconds = 1'600'000'000, .fraction = fraction});
    ASSERT_EQ(c.packets.size(), 1u);
    EXPECT_EQ(c.packets[0].time_ns, 1'600'000'000 * kSecond + int64_t{fraction} * variant.unit_ns);
    EXPECT_EQ(c.packets[0].flags, fraction < limit ? 0 : PacketView::kCarriedFraction) << fraction;
  }
}

TEST_P(PcapVariant, NegativeFractionIsTakenOffTheSeconds) {
  const auto& [variant, big] = GetParam();
  const auto limit = static_cast<int32_t>(kSecond / variant.unit_ns);
  for (const int32_t fraction : {-1, -8, -limit / 2, 1 - limit}) {
    for (const uint32_t seconds : {0u, 1'600'000'000u, 0xffffffffu}) {
      const ReadCapture c =
          read_one({.big_endian = big, .magic = variant.magic},
                   {.seconds = seconds, .fraction = static_cast<uint32_t>(fraction)});
      ASSERT_EQ(c.packets.size(), 1u);
      EXPECT_EQ(c.packets[0].time_ns, seconds * kSecond + fraction * variant.unit_ns);
      EXPECT_EQ(c.packets[0].flags, PacketView::kCarriedFraction) << fraction;
    }
  }
}

TEST_P(PcapVariant, SecondsAreUnsignedTo2106) {
  const auto& [variant, big] = GetParam();
  const ReadCapture c =
      read_one({.big_endian = big, .magic = variant.magic}, {.seconds = 0xffffffff, .fraction = 1});
  ASSERT_EQ(c.packets.size(), 1u);
  EXPECT_EQ(c.packets[0].time_ns, 4'294'967'295 * kSecond + variant.unit_ns);
}

TEST(PcapModified, BytesBehindTheHeaderAreNotData) {
  PcapBuilder b({.magic = kMagicModified});
  b.record({.seconds = 1, .data = payload(20, 1), .extra = payload(8, 77)});
  b.record({.seconds = 2, .data = payload(30, 2), .extra = Bytes(8, 0xff)});
  const ReadCapture c = read_capture(b.bytes());
  ASSERT_EQ(c.packets.size(), 2u) << c;
  EXPECT_EQ(c.packets[0].data, payload(20, 1));
  EXPECT_EQ(c.packets[1].data, payload(30, 2));
}

// The first 16 bytes of its header are zeros, the other eight are not: it is neither padding nor an
// endless loop.
TEST(PcapModified, AnEmptyRecordWithAnInterfaceIsARecord) {
  PcapBuilder b({.magic = kMagicModified});
  b.record({.extra = {0, 0, 0, 0, 0, 0, 0, 1}});
  b.record({.seconds = 2, .data = payload(30, 2)});
  b.record({.extra = {1, 0, 0, 0, 0, 0, 0, 0}});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.status, ReadStatus::kEnd);
  EXPECT_EQ(c.packets.size(), 3u) << c;
  EXPECT_EQ(c.padding_bytes, 0u);
}

TEST(PcapIxia, TheSizeOfAllRecordsIsPassedOver) {
  for (const uint8_t size : {uint8_t{0}, uint8_t{76}, uint8_t{255}}) {
    PcapBuilder b({.magic = kMagicIxiaHardware});
    b.packet(5 * kSecond + 7, payload(60, 1));
    Bytes bytes = b.bytes();
    bytes[24] = size;
    const ReadCapture c = read_capture(bytes);
    ASSERT_EQ(c.packets.size(), 1u) << c;
    EXPECT_EQ(c.packets[0].time_ns, 5 * kSecond + 7);
  }
}

// --- versions, and which length comes first ---

ReadCapture with_lengths(uint16_t major, uint16_t minor, uint32_t first, uint32_t second) {
  PcapBuilder b({.major = major, .minor = minor});
  b.record({.seconds = 1,
            .data = payload(std::min(first, second), 1),
            .captured = first,
            .original = second});
  return read_capture(b.bytes());
}

TEST(PcapVersion, OriginalLengthStandsFirstBelow2_3) {
  for (const uint16_t minor : {uint16_t{0}, uint16_t{1}, uint16_t{2}}) {
    const ReadCapture c = with_lengths(2, minor, 100, 60);
    ASSERT_EQ(c.packets.size(), 1u) << c;
    EXPECT_EQ(c.packets[0].data.size(), 60u);
    EXPECT_EQ(c.packets[0].original, 100u);
  }
}

TEST(PcapVersion, OriginalLengthStandsFirstIn543) {
  const ReadCapture c = with_lengths(543, 0, 100, 60);
  ASSERT_EQ(c.packets.size(), 1u) << c;
  EXPECT_EQ(c.packets[0].data.size(), 60u);
  EXPECT_EQ(c.packets[0].original, 100u);
}

TEST(PcapVersion, LargerLengthIsTheOriginalIn2_3) {
  for (const bool swapped : {false, true}) {
    const ReadCapture c = swapped ? with_lengths(2, 3, 100, 60) : with_lengths(2, 3, 60, 100);
    ASSERT_EQ(c.packets.size(), 1u) << c;
    EXPECT_EQ(c.packets[0].data.size(), 60u);
    EXPECT_EQ(c.packets[0].original, 100u);
  }
}

TEST(PcapVersion, CapturedLengthStandsFirstIn2_4) {
  PcapBuilder b;
  b.record({.seconds = 1, .data = payload(100, 1), .captured = 100, .original = 60});
  const ReadCapture c = read_capture(b.bytes());
  ASSERT_EQ(c.packets.size(), 1u) << c;
  EXPECT_EQ(c.packets[0].data.size(), 100u) << "captured above original is kept whole";
  EXPECT_EQ(c.packets[0].original, 60u);
}

TEST(PcapVersion, OthersAreRefusedByName) {
  const std::vector<std::pair<uint16_t, uint16_t>> versions = {
      {2, 5}, {3, 0}, {1, 0}, {0, 0}, {543, 1}, {2, 8224}, {4, 542}, {512, 1024}};
  for (const auto& [major, minor] : versions) {
    const ReadCapture c = with_lengths(major, minor, 60, 60);
    EXPECT_EQ(c.open_error, Errc::kUnsupported);
    const std::string version = std::to_string(major) + "." + std::to_string(minor);
    EXPECT_NE(c.message.find("version " + version), std::string::npos) << c.message;
  }
}

// --- lengths ---

TEST(PcapLengths, SnapLengthCutsNothing) {
  for (const uint32_t snap : {0u, 1u, 96u, 0x7fffffffu, 0xffffffffu}) {
    const ReadCapture c = read_one({.snap_length = snap}, {.seconds = 1, .data = payload(220, 1)});
    ASSERT_EQ(c.packets.size(), 1u) << snap;
    EXPECT_EQ(c.packets[0].data, payload(220, 1));
    EXPECT_EQ(c.snap_lengths, std::vector<uint32_t>{snap});
  }
}

TEST(PcapLengths, NothingCapturedIsAPacket) {
  const ReadCapture c = read_one({}, {.seconds = 1, .original = 1500});
  ASSERT_EQ(c.packets.size(), 1u);
  EXPECT_EQ(c.packets[0].data.size(), 0u);
  EXPECT_EQ(c.packets[0].original, 1500u);
}

TEST(PcapLengths, LimitIs256KiB) {
  const ReadCapture at = read_one({}, {.seconds = 1, .data = payload(262144, 1)});
  ASSERT_EQ(at.packets.size(), 1u);
  EXPECT_EQ(at.packets[0].data, payload(262144, 1));

  PcapBuilder b;
  b.packet(kSecond, payload(60, 1));
  const size_t border = b.size();
  b.packet(2 * kSecond, payload(262145, 1));
  b.packet(3 * kSecond, payload(60, 1));
  const ReadCapture above = read_capture(b.bytes());
  EXPECT_EQ(above.status, ReadStatus::kCorrupt);
  EXPECT_EQ(above.packets.size(), 1u) << "a file is read up to its first damage";
  EXPECT_EQ(above.damage_offset, border);
  EXPECT_EQ(above.message, "packet 2: captured length 262145 exceeds the limit of 262144");
}

TEST(PcapLengths, LimitIs128MiBForTheLargeLinkTypes) {
  for (const uint32_t link : {231u, 249u, 279u}) {
    const ReadCapture c =
        read_one({.link_type = link}, {.seconds = 1, .data = payload(1'000'000, 1)});
    ASSERT_EQ(c.packets.size(), 1u) << link;
    EXPECT_EQ(c.packets[0].data, payload(1'000'000, 1));
    const ReadCapture above =
        read_one({.link_type = link}, {.seconds = 1, .captured = (128u << 20) + 1});
    EXPECT_EQ(above.status, ReadStatus::kCorrupt);
  }
}

// The limit applies to the captured length, wherever it is in this version.
TEST(PcapLengths, LimitCountsTheCapturedLengthOfOldVersions) {
  const ReadCapture c = with_lengths(2, 2, 4'000'000, 60);
  ASSERT_EQ(c.packets.size(), 1u) << c;
  EXPECT_EQ(c.packets[0].original, 4'000'000u);
}

// --- the upper bits of the link type ---

TEST(PcapLinkType, FrameCheckSequenceIsKnownFromTheHeader) {
  const ReadCapture c =
      read_one({.fcs_words = 2, .fcs_valid = true}, {1, 0, payload(64, 1), {}, {}, {}});
  EXPECT_EQ(c.link_types, std::vector<uint32_t>{1});
  ASSERT_EQ(c.packets.size(), 1u);
  EXPECT_EQ(c.packets[0].fcs_bytes, 4);
}

TEST(PcapLinkType, BitsWithoutTheirFlagSayNothing) {
  const ReadCapture c = read_one({.fcs_words = 2}, {1, 0, payload(64, 1), {}, {}, {}});
  EXPECT_EQ(c.link_types, std::vector<uint32_t>{1});
  EXPECT_EQ(c.packets.at(0).fcs_bytes, 0);
}

TEST(PcapLinkType, OnlyWhatWasCapturedOfTheCheckSequence) {
  const PcapHeader header{.fcs_words = 2, .fcs_valid = true};
  const auto fcs = [&](uint32_t captured, uint32_t original) {
    return int{
        read_one(header, {1, 0, payload(captured, 1), {}, original, {}}).packets.at(0).fcs_bytes};
  };
  EXPECT_EQ(fcs(64, 64), 4);
  EXPECT_EQ(fcs(64, 66), 2) << "two of its four bytes were cut";
  EXPECT_EQ(fcs(64, 68), 0);
  EXPECT_EQ(fcs(64, 1500), 0);
  EXPECT_EQ(fcs(64, 10), 4) << "an original length below the captured one says nothing";
  EXPECT_EQ(fcs(3, 3), 3);
  EXPECT_EQ(fcs(0, 0), 0);
}

TEST(PcapLinkType, ReservedBitsAreNoReasonToRefuse) {
  const ReadCapture c = read_one({.reserved = 0x30}, {.seconds = 1, .data = payload(60, 1)});
  EXPECT_EQ(c.status, ReadStatus::kEnd);
  EXPECT_EQ(c.packets.size(), 1u);
}

// --- zeros ---

TEST(PcapZeros, InFrontOfARecordTheyAreRecords) {
  for (const uint32_t magic : {kMagicMicros, kMagicModified}) {
    for (const size_t records : {size_t{1}, size_t{3}, size_t{1000}, size_t{20'000}}) {
      const size_t unit = magic == kMagicModified ? 24 : 16;
      PcapBuilder b({.magic = magic});
      b.packet(kSecond, payload(60, 1));
      const size_t at = b.size();
      b.zeros(records * unit);
      const size_t last = b.size();
      b.packet(2 * kSecond, payload(61, 2));
      const ReadCapture c = read_capture(b.bytes(), {.block_bytes = 4096});
      ASSERT_EQ(c.status, ReadStatus::kEnd);
      ASSERT_EQ(c.packets.size(), records + 2);
      EXPECT_EQ(c.padding_bytes, 0u);
      EXPECT_EQ(c.packets[1], (ReadPacket{0, {}, 0, 0, at, 0, 0}));
      EXPECT_EQ(c.packets[records].offset_bytes, last - unit);
      EXPECT_EQ(c.packets.back(), (ReadPacket{2 * kSecond, payload(61, 2), 61, 0, last, 0, 0}));
    }
  }
}

TEST(PcapZeros, BehindTheHeaderAloneTheyArePadding) {
  const ReadCapture c = read_capture(PcapBuilder().zeros(4096).bytes());
  EXPECT_EQ(c.status, ReadStatus::kEnd);
  EXPECT_EQ(c.packets.size(), 0u);
  EXPECT_EQ(c.padding_bytes, 4096u);
}

// A big-endian header may begin with zeros; it is still found at the right offset.
TEST(PcapZeros, ARecordThatBeginsWithZerosIsNotSwallowed) {
  PcapBuilder b({.big_endian = true});
  b.zeros(32);
  b.record({.seconds = 0, .fraction = 0, .data = payload(5, 1)});
  const ReadCapture c = read_capture(b.bytes());
  ASSERT_EQ(c.packets.size(), 3u) << c;
  EXPECT_EQ(c.packets[2].data, payload(5, 1));
  EXPECT_EQ(c.packets[2].offset_bytes, 24u + 32u);
}

TEST(PcapZeros, HalfAHeaderBehindThemIsCutAtItsOwnOffset) {
  PcapBuilder b({.big_endian = true});
  b.zeros(32).raw(Bytes{0, 0, 0, 5});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.status, ReadStatus::kTruncated);
  EXPECT_EQ(c.packets.size(), 2u);
  EXPECT_EQ(c.damage_offset, 24u + 32u);
}

// --- whole files ---

TEST(Pcap, HeaderOnlyIsAnEmptyCapture) {
  const ReadCapture c = read_capture(PcapBuilder().bytes());
  EXPECT_FALSE(c.open_error);
  EXPECT_EQ(c.status, ReadStatus::kEnd);
  EXPECT_TRUE(c.packets.empty());
}

TEST(Pcap, ManyRecordsOverManyBatchesAndBlocks) {
  PcapBuilder b({.magic = kMagicNanos});
  for (int i = 0; i < 5000; ++i)
    b.packet(kSecond + i, payload(static_cast<size_t>(i % 1500), static_cast<uint8_t>(i)));
  const ReadCapture c = read_capture(b.bytes());
  ASSERT_EQ(c.packets.size(), 5000u);
  for (int i = 0; i < 5000; ++i) {
    const ReadPacket& p = c.packets[static_cast<size_t>(i)];
    ASSERT_EQ(p.time_ns, kSecond + i);
    ASSERT_EQ(p.data, payload(static_cast<size_t>(i % 1500), static_cast<uint8_t>(i)));
  }
}

}  // namespace
}  // namespace gophercap::capture
