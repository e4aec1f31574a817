// A second file header inside a pcap file, as after `cat a.pcap b.pcap`.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "capture/capture_reader.h"
#include "testing/pcap_builder.h"
#include "testing/read_capture.h"

namespace gophercap::capture {
namespace {

using testing::Bytes;
using testing::kMagicIxiaHardware;
using testing::kMagicIxiaSoftware;
using testing::kMagicMicros;
using testing::kMagicModified;
using testing::kMagicNanos;
using testing::payload;
using testing::PcapBuilder;
using testing::PcapHeader;
using testing::read_capture;
using testing::ReadCapture;
using testing::ReadPacket;

constexpr int64_t kSecond = 1'000'000'000;

// Headers of every kind, each with a link type and a snap length of its own.
std::vector<PcapHeader> all_headers() {
  std::vector<PcapHeader> headers;
  uint32_t n = 0;
  for (const bool big : {false, true}) {
    for (const uint32_t magic :
         {kMagicMicros, kMagicNanos, kMagicModified, kMagicIxiaHardware, kMagicIxiaSoftware}) {
      for (const auto& [major, minor] : {std::pair<uint16_t, uint16_t>{2, 4}, {2, 3}, {543, 0}}) {
        headers.push_back({.big_endian = big,
                           .magic = magic,
                           .major = major,
                           .minor = minor,
                           .snap_length = 1000 + n,
                           .link_type = 100 + n,
                           .fcs_words = static_cast<uint8_t>(n % 3),
                           .fcs_valid = n % 2 == 0});
        ++n;
      }
    }
  }
  return headers;
}

PcapBuilder some_packets(const PcapHeader& header, int64_t first_ns) {
  PcapBuilder b(header);
  for (int i = 0; i < 3; ++i)
    b.packet(first_ns + i * kSecond, payload(static_cast<size_t>(10 + i), static_cast<uint8_t>(i)));
  return b;
}

// The result of reading both separately, one after the other.
std::vector<ReadPacket> both(const ReadCapture& a, size_t a_bytes, const ReadCapture& b) {
  std::vector<ReadPacket> packets = a.packets;
  for (ReadPacket p : b.packets) {
    p.offset_bytes += a_bytes;
    p.interface = 1;
    packets.push_back(std::move(p));
  }
  return packets;
}

TEST(JoinedPcap, EachIsReadAsItsOwnHeaderSays) {
  for (const PcapHeader& first : all_headers()) {
    const Bytes a = some_packets(first, 5 * kSecond).bytes();
    for (const PcapHeader& second : all_headers()) {
      const Bytes b = some_packets(second, 900 * kSecond).bytes();
      Bytes joined = a;
      joined.insert(joined.end(), b.begin(), b.end());
      const ReadCapture c = read_capture(joined, {.block_bytes = 4096});
      const ReadCapture apart = read_capture(b);
      ASSERT_EQ(c.status, ReadStatus::kEnd) << c;
      EXPECT_EQ(c.sections, 2u);
      EXPECT_EQ(c.format, read_capture(a).format);
      std::vector<ReadPacket> expected = both(read_capture(a), a.size(), apart);
      if (first.link_type == second.link_type) {
        EXPECT_EQ(c.link_types, std::vector<uint32_t>{first.link_type});
        for (ReadPacket& p : expected) p.interface = 0;
      } else {
        EXPECT_EQ(c.link_types, (std::vector<uint32_t>{first.link_type, second.link_type}));
        EXPECT_EQ(c.snap_lengths, (std::vector<uint32_t>{first.snap_length, second.snap_length}));
      }
      ASSERT_EQ(c.packets, expected) << c;
    }
  }
}

TEST(JoinedPcap, WhereverABlockEnds) {
  PcapBuilder b = some_packets({}, kSecond);
  b.raw(some_packets({.big_endian = true, .magic = kMagicNanos, .link_type = 101}, 50 * kSecond)
            .bytes());
  const ReadCapture whole = read_capture(b.bytes());
  ASSERT_EQ(whole.packets.size(), 6u);
  for (const size_t chunk : {size_t{1}, size_t{7}, size_t{24}, size_t{100}})
    EXPECT_EQ(read_capture(b.bytes(), {.block_bytes = 4096, .max_chunk = chunk}), whole) << chunk;
}

TEST(JoinedPcap, CutInsideTheSecondHeaderIsNoPacket) {
  const PcapBuilder b = some_packets({}, kSecond);
  for (const uint32_t magic : {kMagicMicros, kMagicIxiaHardware, kMagicModified}) {
    Bytes header = PcapBuilder({.magic = magic}).bytes();
    for (size_t n = 1; n < header.size(); ++n) {
      PcapBuilder joined = b;
      joined.raw(std::span(header).first(n));
      const ReadCapture c = read_capture(joined.bytes());
      ASSERT_EQ(c.status, ReadStatus::kTruncated) << n << c;
      EXPECT_EQ(c.packets.size(), 3u) << n;
      EXPECT_EQ(c.damage_offset, b.size());
    }
    PcapBuilder joined = b;
    joined.raw(header);
    const ReadCapture c = read_capture(joined.bytes());
    EXPECT_EQ(c.status, ReadStatus::kEnd) << "a capture without packets";
    EXPECT_EQ(c.packets.size(), 3u);
    EXPECT_EQ(c.sections, 2u);
  }
}

TEST(JoinedPcap, AfterTheFirstHeaderAtOnce) {
  PcapBuilder b({.link_type = 101});
  b.raw(some_packets({.magic = kMagicNanos}, kSecond).bytes());
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.packets.size(), 3u) << c;
  EXPECT_EQ(c.sections, 2u);
}

TEST(JoinedPcap, ZerosBehindTheSecondArePadding) {
  PcapBuilder b = some_packets({}, kSecond);
  b.raw(some_packets({.magic = kMagicModified}, kSecond).bytes());
  b.zeros(1000);
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.status, ReadStatus::kEnd);
  EXPECT_EQ(c.packets.size(), 6u);
  EXPECT_EQ(c.padding_bytes, 1000u);
}

// Without a plausible header it is an empty packet with that time, however improbable.
TEST(JoinedPcap, WhatIsNotPlausibleIsARecord) {
  struct Case {
    const char* what;
    PcapHeader header;
  };
  const std::vector<Case> cases = {
      {"version 2.5", {.minor = 5}},
      {"a zone", {.zone = -3600}},
      {"an accuracy", {.sigfigs = 6}},
      {"seconds of 2055 where the snap length stands", {.snap_length = 0xa1b2c3d4}},
      {"reserved bits", {.reserved = 1}},
  };
  for (const Case& c : cases) {
    PcapBuilder b;
    b.packet(kSecond, payload(60, 1));
    b.raw(PcapBuilder(c.header).bytes());
    EXPECT_EQ(read_capture(b.bytes()).sections, 1u) << c.what;
  }
  PcapBuilder b;
  b.record({.seconds = kMagicMicros, .fraction = 0x00040002});
  b.record({.seconds = kMagicMicros, .fraction = 0x00040003, .data = payload(60, 1)});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.status, ReadStatus::kEnd);
  EXPECT_EQ(c.packets.size(), 2u) << c;
}

TEST(JoinedPcap, EmptyPacketsAreStillPackets) {
  PcapBuilder b;
  for (uint32_t i = 0; i < 600; ++i) b.record({.seconds = i + 1, .fraction = i});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.status, ReadStatus::kEnd);
  EXPECT_EQ(c.packets.size(), 600u);
}

TEST(JoinedPcap, ThousandsOfOneKindShareAnInterface) {
  PcapBuilder b;
  for (int i = 0; i < 3000; ++i) b.raw(some_packets({}, i * 10 * kSecond).bytes());
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.packets.size(), 9000u);
  EXPECT_EQ(c.sections, 3001u);
  EXPECT_EQ(c.link_types.size(), 1u);
}

TEST(JoinedPcap, TheSecondsLimitOfLengthsHolds) {
  PcapBuilder b({.link_type = 231});  // 128 MiB
  b.packet(kSecond, payload(1'000'000, 1));
  PcapBuilder second({.link_type = 1});
  second.packet(kSecond, payload(300'000, 1));
  b.raw(second.bytes());
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.status, ReadStatus::kCorrupt);
  EXPECT_EQ(c.packets.size(), 1u);
}

}  // namespace
}  // namespace gophercap::capture
