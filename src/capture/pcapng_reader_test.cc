// pcapng: sections, interfaces, times and blocks of every kind, value by value.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/capture_reader.h"
#include "testing/pcap_builder.h"
#include "testing/read_capture.h"

namespace gophercap::capture {
namespace {

using packet::PacketView;
using testing::Bytes;
using testing::ByteWriter;
using testing::InterfaceBlock;
using testing::Option;
using testing::payload;
using testing::PcapngBuilder;
using testing::read_capture;
using testing::ReadCapture;
using testing::ReadPacket;

constexpr int64_t kSecond = 1'000'000'000;
constexpr uint16_t kOptEpbFlags = 2;

// The beginning of a file with one section and one interface.
PcapngBuilder file(const InterfaceBlock& interface = {}) {
  PcapngBuilder b;
  b.section().interface(interface);
  return b;
}

// --- times ---

ReadPacket packet_at(const InterfaceBlock& interface, uint64_t stamp) {
  const ReadCapture c = read_capture(file(interface).enhanced({.timestamp = stamp}).bytes());
  EXPECT_EQ(c.status, ReadStatus::kEnd) << c;
  return c.packets.at(0);
}

TEST(PcapngTime, DefaultsToMicroseconds) {
  EXPECT_EQ(packet_at({}, 1'600'000'000'123'456).time_ns, 1'600'000'000 * kSecond + 123'456'000);
  EXPECT_EQ(packet_at({.tsresol = uint8_t{6}}, 7).time_ns, 7'000);
}

TEST(PcapngTime, DecimalResolutions) {
  const auto at = [](uint8_t tsresol, uint64_t stamp) {
    return packet_at({.tsresol = tsresol}, stamp).time_ns;
  };
  EXPECT_EQ(at(0, 1'600'000'000), 1'600'000'000 * kSecond);
  EXPECT_EQ(at(1, 16'000'000'001), 1'600'000'000 * kSecond + 100'000'000);
  EXPECT_EQ(at(3, 1'600'000'000'123), 1'600'000'000 * kSecond + 123'000'000);
  EXPECT_EQ(at(9, 1'600'000'000'123'456'789), 1'600'000'000'123'456'789);
  EXPECT_EQ(at(10, 16'000'000'001'234'567'899u), 1'600'000'000'123'456'789) << "floored";
  EXPECT_EQ(at(12, 1'600'000'123'456'789), 1'600'000'123'456);
  EXPECT_EQ(at(18, 1'999'999'999'999'999'999), 1'999'999'999);
  EXPECT_EQ(at(25, std::numeric_limits<uint64_t>::max()), 1844);
  EXPECT_EQ(at(28, std::numeric_limits<uint64_t>::max()), 1);
  EXPECT_EQ(at(28, 9'999'999'999'999'999'999u), 0);
  EXPECT_EQ(at(29, std::numeric_limits<uint64_t>::max()), 0);
  EXPECT_EQ(at(127, std::numeric_limits<uint64_t>::max()), 0);
}

TEST(PcapngTime, BinaryResolutions) {
  const auto at = [](uint8_t exponent, uint64_t stamp) {
    return packet_at({.tsresol = static_cast<uint8_t>(0x80 | exponent)}, stamp).time_ns;
  };
  EXPECT_EQ(at(0, 5), 5 * kSecond);
  EXPECT_EQ(at(8, (uint64_t{1'600'000'000} << 8) + 50), 1'600'000'000 * kSecond + 195'312'500);
  EXPECT_EQ(at(10, 1), 976'562) << "2^-10 s is 976562.5 ns, floored";
  EXPECT_EQ(at(32, (uint64_t{3} << 32) + 1), 3 * kSecond);
  EXPECT_EQ(at(40, (uint64_t{1'000'000} << 40) | (uint64_t{1} << 39)),
            1'000'000 * kSecond + kSecond / 2);
  EXPECT_EQ(at(63, std::numeric_limits<uint64_t>::max()), 2 * kSecond - 1);
  EXPECT_EQ(at(64, std::numeric_limits<uint64_t>::max()), kSecond - 1);
  EXPECT_EQ(at(127, std::numeric_limits<uint64_t>::max()), 0);
}

TEST(PcapngTime, OffsetIsAddedInSeconds) {
  EXPECT_EQ(packet_at({.tsoffset = 1'600'000'000}, 5).time_ns, 1'600'000'000 * kSecond + 5'000);
  EXPECT_EQ(packet_at({.tsoffset = -10}, 4'000'001).time_ns, -6 * kSecond + 1'000);
  EXPECT_EQ(packet_at({.tsresol = uint8_t{12}, .tsoffset = -1}, 1'999).time_ns, -kSecond + 1)
      << "floored before a whole number of seconds is added";
}

TEST(PcapngTime, ATimeThatDoesNotFitIsNone) {
  const auto flags = [](const InterfaceBlock& interface, uint64_t stamp) {
    return int{packet_at(interface, stamp).flags};
  };
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(flags({.tsresol = uint8_t{9}}, 0x7fffffffffffffff), 0);
  EXPECT_EQ(flags({.tsresol = uint8_t{9}}, 0x8000000000000000), PacketView::kNoTime);
  EXPECT_EQ(flags({}, 9'223'372'036'854'775), 0) << "the year 2262";
  EXPECT_EQ(flags({}, 9'223'372'036'854'776), PacketView::kNoTime);
  EXPECT_EQ(flags({.tsresol = uint8_t{0}}, kMax), PacketView::kNoTime);
  EXPECT_EQ(flags({.tsresol = uint8_t{0x80}}, kMax), PacketView::kNoTime);
  EXPECT_EQ(flags({.tsoffset = std::numeric_limits<int64_t>::max()}, kMax), PacketView::kNoTime);
  EXPECT_EQ(flags({.tsoffset = std::numeric_limits<int64_t>::min()}, 0), PacketView::kNoTime);
  EXPECT_EQ(flags({.tsoffset = -9'223'372'037}, 145'224), PacketView::kNoTime);
  EXPECT_EQ(flags({.tsoffset = -9'223'372'037}, 145'225), 0) << "the year 1677";
  // An offset may make a time fit that would not fit without it.
  EXPECT_EQ(packet_at({.tsoffset = -9'000'000'000}, 9'223'372'037'000'000).time_ns,
            223'372'037 * kSecond);
}

TEST(PcapngTime, WithoutOneAPacketHasThatOfThePacketBeforeIt) {
  PcapngBuilder b = file();
  b.interface({.tsresol = uint8_t{0}});
  b.simple({.data = payload(1)});
  b.enhanced({.timestamp = 5'000'000});
  b.simple({.data = payload(2)});
  b.enhanced({.interface = 1, .timestamp = std::numeric_limits<uint64_t>::max()});
  b.enhanced({.timestamp = 3'000'000});
  b.simple({.data = payload(3)});
  const ReadCapture c = read_capture(b.bytes(), {.initial_time_ns = 42});
  ASSERT_EQ(c.packets.size(), 6u);
  const int none = PacketView::kNoTime;
  const std::vector<std::pair<int64_t, int>> expected = {{42, none},          {5 * kSecond, 0},
                                                         {5 * kSecond, none}, {5 * kSecond, none},
                                                         {3 * kSecond, 0},    {3 * kSecond, none}};
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(c.packets[i].time_ns, expected[i].first) << i;
    EXPECT_EQ(int{c.packets[i].flags}, expected[i].second) << i;
  }
}

// --- interfaces and sections ---

TEST(PcapngInterfaces, EachHasItsOwnLinkTypeResolutionAndOffset) {
  PcapngBuilder b = file({.link_type = 1, .snap_length = 100});
  b.interface({.link_type = 113, .snap_length = 0, .tsresol = uint8_t{9}});
  b.enhanced({.interface = 1, .timestamp = 7, .data = payload(20, 1)});
  b.interface({.link_type = 101, .snap_length = 65535, .tsresol = uint8_t{3}, .tsoffset = 1});
  b.enhanced({.interface = 2, .timestamp = 7, .data = payload(20, 2)});
  b.enhanced({.interface = 0, .timestamp = 7, .data = payload(20, 3)});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.link_types, (std::vector<uint32_t>{1, 113, 101}));
  EXPECT_EQ(c.snap_lengths, (std::vector<uint32_t>{100, 0, 65535}));
  ASSERT_EQ(c.packets.size(), 3u) << c;
  EXPECT_EQ(c.packets[0].interface, 1u);
  EXPECT_EQ(c.packets[0].time_ns, 7);
  EXPECT_EQ(c.packets[1].interface, 2u);
  EXPECT_EQ(c.packets[1].time_ns, kSecond + 7'000'000);
  EXPECT_EQ(c.packets[2].interface, 0u);
  EXPECT_EQ(c.packets[2].time_ns, 7'000);
}

TEST(PcapngSections, EachHasItsOwnByteOrderAndInterfaces) {
  PcapngBuilder b;
  for (int section = 0; section < 6; ++section) {
    b.section({.big_endian = section % 2 == 1});
    b.interface({.link_type = static_cast<uint16_t>(100 + section), .tsoffset = section});
    b.enhanced({.timestamp = 1, .data = payload(30, static_cast<uint8_t>(section))});
  }
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.sections, 6u);
  EXPECT_EQ(c.link_types, (std::vector<uint32_t>{100, 101, 102, 103, 104, 105}));
  ASSERT_EQ(c.packets.size(), 6u) << c;
  for (uint32_t i = 0; i < 6; ++i) {
    EXPECT_EQ(c.packets[i].interface, i);
    EXPECT_EQ(c.packets[i].time_ns, i * kSecond + 1'000);
    EXPECT_EQ(c.packets[i].data, payload(30, static_cast<uint8_t>(i)));
  }
}

TEST(PcapngSections, LengthOfTheSectionIsIgnored) {
  for (const int64_t length : {int64_t{-1}, int64_t{0}, int64_t{8}, INT64_MAX, INT64_MIN}) {
    PcapngBuilder b;
    b.section({.section_bytes = length}).interface().enhanced({.data = payload(60)});
    EXPECT_EQ(read_capture(b.bytes()).packets.size(), 1u) << length;
  }
}

TEST(PcapngSections, Version1_2IsReadOthersAreRefused) {
  const auto version = [](uint16_t major, uint16_t minor) {
    PcapngBuilder b;
    b.section({.major = major, .minor = minor}).interface().enhanced({});
    return read_capture(b.bytes());
  };
  EXPECT_EQ(version(1, 2).packets.size(), 1u);
  for (const auto& [major, minor] :
       std::vector<std::pair<uint16_t, uint16_t>>{{2, 0}, {0, 1}, {1, 1}, {1, 3}, {256, 0}}) {
    const ReadCapture c = version(major, minor);
    EXPECT_EQ(c.open_error, Errc::kUnsupported);
    EXPECT_NE(c.message.find(std::to_string(major) + "." + std::to_string(minor)),
              std::string::npos)
        << c.message;
  }
}

TEST(PcapngSections, ALaterSectionOfAnotherVersionEndsTheReading) {
  PcapngBuilder b = file();
  b.enhanced({.data = payload(60)});
  const size_t border = b.size();
  b.section({.major = 2}).interface().enhanced({});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.packets.size(), 1u);
  EXPECT_EQ(c.status, ReadStatus::kCorrupt);
  EXPECT_EQ(c.damage_code, Errc::kUnsupported);
  EXPECT_EQ(c.damage_offset, border);
}

TEST(PcapngSections, WithoutAByteOrderThereIsNoCapture) {
  Bytes bytes = file().bytes();
  bytes[8] = 0x4e;
  EXPECT_EQ(read_capture(bytes).open_error, Errc::kUnsupported);
  PcapngBuilder b = file();
  const size_t border = b.size();
  b.section();
  bytes = b.bytes();
  bytes[border + 8] = 0x4e;
  const ReadCapture c = read_capture(bytes);
  EXPECT_EQ(c.status, ReadStatus::kCorrupt);
  EXPECT_EQ(c.damage_offset, border);
}

TEST(PcapngInterfaces, OfASectionBeforeAreNotThoseOfThisOne) {
  PcapngBuilder b = file();
  b.section();
  const size_t border = b.size();
  b.enhanced({});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.status, ReadStatus::kCorrupt);
  EXPECT_EQ(c.damage_offset, border);
  EXPECT_EQ(c.message, "packet 1: interface 0 is not described");
}

TEST(PcapngInterfaces, MissingOnesAreDamageForEveryKindOfPacket) {
  EXPECT_EQ(read_capture(file().enhanced({.interface = 1}).bytes()).status, ReadStatus::kCorrupt);
  EXPECT_EQ(read_capture(file().obsolete({.interface = 9}).bytes()).status, ReadStatus::kCorrupt);
  PcapngBuilder none;
  EXPECT_EQ(read_capture(none.section().simple({.data = payload(4)}).bytes()).status,
            ReadStatus::kCorrupt);
}

TEST(PcapngInterfaces, OptionsThatOverrunTheirBlockAreIgnored) {
  InterfaceBlock interface;
  interface.tsresol = 9;
  interface.options = {{2, payload(3), uint16_t{60'000}}};
  EXPECT_EQ(packet_at(interface, 5).time_ns, 5);
}

TEST(PcapngInterfaces, OptionsOfTheWrongLengthAreIgnored) {
  InterfaceBlock interface;
  interface.options = {{9, {9, 9}, {}}, {14, {1, 2, 3, 4}, {}}, {13, {4, 4}, {}}};
  EXPECT_EQ(packet_at(interface, 5).time_ns, 5'000);
}

TEST(PcapngInterfaces, OptionsBehindTheEndOfOptionsAreIgnored) {
  InterfaceBlock interface;
  interface.options = {{0, {}, {}}, {9, {9}, {}}};
  EXPECT_EQ(packet_at(interface, 5).time_ns, 5'000);
}

// --- kinds of blocks ---

TEST(PcapngBlocks, SimplePacketsAreCutToTheSnapLengthOfTheFirstInterface) {
  for (const uint32_t snap : {0u, 1u, 59u, 60u, 61u, 0xffffffffu}) {
    PcapngBuilder b = file({.snap_length = snap});
    b.interface({.snap_length = 10});
    const uint32_t captured = snap == 0 ? 60 : std::min(snap, 60u);
    b.simple({.data = payload(captured, 5), .original = 60});
    const ReadCapture c = read_capture(b.bytes());
    ASSERT_EQ(c.packets.size(), 1u) << c;
    EXPECT_EQ(c.packets[0].data, payload(captured, 5));
    EXPECT_EQ(c.packets[0].original, 60u);
    EXPECT_EQ(c.packets[0].interface, 0u);
  }
}

TEST(PcapngBlocks, ASimplePacketThatDoesNotFitItsBlockIsDamage) {
  const ReadCapture c = read_capture(file().simple({.data = payload(56), .original = 60}).bytes());
  EXPECT_EQ(c.status, ReadStatus::kCorrupt) << c;
}

TEST(PcapngBlocks, ObsoletePacketsAreRead) {
  PcapngBuilder b = file();
  b.interface({.link_type = 113});
  const size_t at = b.size();
  b.obsolete(
      {.interface = 1, .drops = 0xffff, .timestamp = 9, .data = payload(61, 1), .original = 99});
  const ReadCapture c = read_capture(b.bytes());
  ASSERT_EQ(c.packets.size(), 1u) << c;
  EXPECT_EQ(c.packets[0], (ReadPacket{9'000, payload(61, 1), 99, 1, at, 0, 0}));
}

TEST(PcapngBlocks, UnknownOnesArePassedOverHoweverLarge) {
  PcapngBuilder b = file();
  for (const uint32_t type : {4u, 5u, 7u, 9u, 10u, 0x0badu, 0x80000001u, 0xffffffffu})
    b.block(type, payload(type % 97));
  b.block(0x0bad, Bytes(3 << 20, 0xee));
  b.enhanced({.timestamp = 1, .data = payload(60, 1)});
  const ReadCapture c = read_capture(b.bytes(), {.block_bytes = 4096});
  EXPECT_EQ(c.status, ReadStatus::kEnd) << c.message;
  EXPECT_EQ(c.packets.size(), 1u);
}

TEST(PcapngBlocks, PacketsLargerThanTheReadBlock) {
  PcapngBuilder b = file();
  b.enhanced({.timestamp = 1, .data = payload(200'000, 1)});
  b.enhanced({.timestamp = 2, .data = payload(262'144, 2), .options = {{1, payload(50'000), {}}}});
  const ReadCapture c = read_capture(b.bytes(), {.block_bytes = 1024});
  ASSERT_EQ(c.packets.size(), 2u);
  EXPECT_EQ(c.packets[0].data, payload(200'000, 1));
  EXPECT_EQ(c.packets[1].data, payload(262'144, 2));
}

TEST(PcapngBlocks, OptionsAndPaddingAreNotData) {
  for (size_t n = 0; n < 9; ++n) {
    PcapngBuilder b = file();
    b.enhanced({.data = payload(n, 1), .original = 1500, .options = {{1, payload(n), {}}}});
    b.enhanced({.timestamp = 1, .data = payload(n, 2)});
    const ReadCapture c = read_capture(b.bytes());
    ASSERT_EQ(c.packets.size(), 2u);
    EXPECT_EQ(c.packets[0].data, payload(n, 1));
    EXPECT_EQ(c.packets[0].original, 1500u);
    EXPECT_EQ(c.packets[1].data, payload(n, 2));
  }
}

// --- frame check sequences ---

uint8_t fcs_of(const InterfaceBlock& interface, const std::vector<Option>& options,
               std::optional<uint32_t> original = {}) {
  return read_capture(file(interface)
                          .enhanced({.data = payload(61), .original = original, .options = options})
                          .bytes())
      .packets.at(0)
      .fcs_bytes;
}

Option flags(uint32_t value) {
  return {kOptEpbFlags, ByteWriter().u32(value).bytes(), {}};
}

TEST(PcapngFcs, IsKnownFromTheInterface) {
  EXPECT_EQ(fcs_of({}, {}), 0);
  EXPECT_EQ(fcs_of({.fcs_length = uint8_t{4}}, {}), 4);
  EXPECT_EQ(fcs_of({.fcs_length = uint8_t{32}}, {}), 4) << "the draft says bits, writers say bytes";
  EXPECT_EQ(fcs_of({.fcs_length = uint8_t{16}}, {}), 2);
  EXPECT_EQ(fcs_of({.fcs_length = uint8_t{0}}, {}), 0);
}

TEST(PcapngFcs, APacketsFlagsComeFirst) {
  EXPECT_EQ(fcs_of({}, {flags(4u << 5)}), 4);
  EXPECT_EQ(fcs_of({.fcs_length = uint8_t{4}}, {flags(2u << 5)}), 2);
  EXPECT_EQ(fcs_of({.fcs_length = uint8_t{4}}, {flags(1)}), 4) << "no word on it in the flags";
  EXPECT_EQ(fcs_of({}, {{1, payload(5), {}}, {3, payload(3), {}}, flags(4u << 5)}), 4);
  EXPECT_EQ(fcs_of({}, {{0, {}, {}}, flags(4u << 5)}), 0);
  EXPECT_EQ(fcs_of({}, {{1, payload(5), uint16_t{500}}, flags(4u << 5)}), 0);
  EXPECT_EQ(fcs_of({}, {{kOptEpbFlags, payload(3, 0xff), {}}}), 0);
}

TEST(PcapngFcs, OnlyWhatWasCaptured) {
  EXPECT_EQ(fcs_of({.fcs_length = uint8_t{4}}, {}, 62), 3);
  EXPECT_EQ(fcs_of({.fcs_length = uint8_t{4}}, {}, 65), 0);
  EXPECT_EQ(fcs_of({}, {flags(4u << 5)}, 63), 2);
}

// --- padding ---

TEST(PcapngPadding, ZerosInFrontOfABlockAreDamage) {
  PcapngBuilder b = file();
  const size_t border = b.size();
  b.zeros(4096).enhanced({.data = payload(60)});
  const ReadCapture c = read_capture(b.bytes());
  EXPECT_EQ(c.status, ReadStatus::kCorrupt);
  EXPECT_EQ(c.damage_offset, border);
  EXPECT_EQ(c.padding_bytes, 0u);
}

}  // namespace
}  // namespace gophercap::capture
