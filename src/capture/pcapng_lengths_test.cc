// pcapng: lengths of blocks, packets and options, and their limits.
#include <gtest/gtest.h>

#include <cstdint>

#include "capture/capture_reader.h"
#include "testing/pcap_builder.h"
#include "testing/read_capture.h"

namespace gophercap::capture {
namespace {

using testing::BlockLengths;
using testing::Bytes;
using testing::InterfaceBlock;
using testing::payload;
using testing::PcapngBuilder;
using testing::read_capture;
using testing::ReadCapture;

// The beginning of a file with one section and one interface.
PcapngBuilder file(const InterfaceBlock& interface = {}) {
  PcapngBuilder b;
  b.section().interface(interface);
  return b;
}

TEST(PcapngLengths, CapturedAboveOriginalAndAboveTheSnapLengthIsKeptWhole) {
  const ReadCapture c = read_capture(
      file({.snap_length = 10}).enhanced({.data = payload(60, 1), .original = 20}).bytes());
  ASSERT_EQ(c.packets.size(), 1u);
  EXPECT_EQ(c.packets[0].data, payload(60, 1));
  EXPECT_EQ(c.packets[0].original, 20u);
}

TEST(PcapngLengths, CapturedMustFitItsBlock) {
  for (const uint32_t captured : {61u, 64u, 65'536u, 0xffffffffu}) {
    PcapngBuilder b = file();
    const size_t border = b.size();
    b.enhanced({.data = payload(60), .captured = captured});
    const ReadCapture c = read_capture(b.bytes());
    EXPECT_EQ(c.status, ReadStatus::kCorrupt) << captured;
    EXPECT_EQ(c.damage_offset, border);
  }
}

TEST(PcapngLengths, LimitsAreThoseOfTheLinkType) {
  EXPECT_EQ(read_capture(file().enhanced({.data = payload(262'144)}).bytes()).packets.size(), 1u);
  const ReadCapture above = read_capture(file().enhanced({.data = payload(262'145)}).bytes());
  EXPECT_EQ(above.status, ReadStatus::kCorrupt);
  EXPECT_EQ(above.message, "packet 1: captured length 262145 exceeds the limit of 262144");
  for (const uint16_t link : {uint16_t{231}, uint16_t{249}, uint16_t{279}}) {
    const ReadCapture c =
        read_capture(file({.link_type = link}).enhanced({.data = payload(300'000, 1)}).bytes());
    EXPECT_EQ(c.packets.size(), 1u) << link;
  }
}

TEST(PcapngLengths, ImpossibleBlockLengthsAreDamage) {
  for (const uint32_t length :
       {0u, 1u, 4u, 8u, 11u, 13u, 14u, 15u, 62u, 0x10000004u, 0xfffffffcu}) {
    PcapngBuilder b = file();
    b.enhanced({.timestamp = 1, .data = payload(20)});
    const size_t border = b.size();
    b.block(0x0bad, payload(50), {.total = length});
    const ReadCapture c = read_capture(b.bytes());
    EXPECT_EQ(c.status, ReadStatus::kCorrupt) << length;
    EXPECT_EQ(c.packets.size(), 1u);
    EXPECT_EQ(c.damage_offset, border);
  }
}

TEST(PcapngLengths, BlocksTooShortForWhatTheyAreAreDamage) {
  const auto status = [](uint32_t type, size_t body) {
    return read_capture(file().block(type, payload(body)).bytes()).status;
  };
  EXPECT_EQ(status(6, 16), ReadStatus::kCorrupt);
  EXPECT_EQ(status(2, 16), ReadStatus::kCorrupt);
  EXPECT_EQ(status(3, 0), ReadStatus::kCorrupt);
  EXPECT_EQ(status(1, 4), ReadStatus::kCorrupt);
  EXPECT_EQ(status(0x0bad, 0), ReadStatus::kEnd) << "12 bytes are a block";
  PcapngBuilder section = file();
  section.section({}, {.total = 24});
  EXPECT_EQ(read_capture(section.bytes()).status, ReadStatus::kCorrupt);
}

TEST(PcapngLengths, LengthBehindABlockMustBeThatInFront) {
  const auto check = [](const PcapngBuilder& b, size_t border) {
    for (const size_t block : {64u, 65536u}) {
      const ReadCapture c = read_capture(b.bytes(), {.block_bytes = block});
      EXPECT_EQ(c.status, ReadStatus::kCorrupt) << c;
      EXPECT_EQ(c.damage_offset, border);
      EXPECT_TRUE(c.packets.empty());
    }
  };
  PcapngBuilder b = file();
  const size_t border = b.size();
  const BlockLengths wrong{.total = {}, .trailer = 4};
  check(PcapngBuilder(b).enhanced({.data = payload(60)}, wrong), border);
  check(PcapngBuilder(b).obsolete({.data = payload(60)}, wrong), border);
  check(PcapngBuilder(b).simple({.data = payload(60)}, wrong), border);
  check(PcapngBuilder(b).block(0x0bad, payload(60), wrong), border);
  check(PcapngBuilder(b).interface({}, wrong), border);
  check(PcapngBuilder(b).section({}, wrong), border);
}

// Also if the whole block is in the buffer already, so that it is damage in blocks of any size.
TEST(PcapngLengths, OptionsAboveTheLimitAreDamageInBlocksOfAnySize) {
  PcapngBuilder b = file();
  Bytes body(20 + (1 << 20));
  b.block(6, body);  // exactly at the limit
  const size_t border = b.size();
  body.resize(body.size() + 4);
  b.block(6, body);
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.packets.size(), 1u);
  EXPECT_EQ(c.status, ReadStatus::kCorrupt);
  EXPECT_EQ(c.damage_offset, border);
  EXPECT_EQ(read_capture(b.bytes(), {.block_bytes = 8 << 20}), c);
}

TEST(PcapngLengths, InterfacesAreLimited) {
  PcapngBuilder one;
  one.interface();
  const Bytes block = one.bytes();
  Bytes bytes = PcapngBuilder().section().bytes();
  for (int i = 0; i < (1 << 20) + 1; ++i) bytes.insert(bytes.end(), block.begin(), block.end());
  const ReadCapture c = read_capture(bytes);
  EXPECT_EQ(c.status, ReadStatus::kCorrupt);
  EXPECT_EQ(c.link_types.size(), size_t{1} << 20);
}

}  // namespace
}  // namespace gophercap::capture
