// Properties of all formats: each sample is cut at every byte, changed at every byte, read in
// pieces of every size and from a source that fails.
#include "capture/capture_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "testing/failing_source.h"
#include "testing/memory_source.h"
#include "testing/pcap_builder.h"
#include "testing/read_capture.h"

namespace gophercap::capture {
namespace {

using testing::Bytes;
using testing::ErfBuilder;
using testing::ErfRecord;
using testing::FailingSource;
using testing::kMagicIxiaHardware;
using testing::kMagicModified;
using testing::kMagicNanos;
using testing::MemorySource;
using testing::payload;
using testing::PcapBuilder;
using testing::PcapHeader;
using testing::PcapngBuilder;
using testing::PcapRecord;
using testing::read_capture;
using testing::ReadCapture;
using testing::ReadPacket;
using testing::SnoopBuilder;

constexpr uint32_t kSeconds = 0x5f719ce1;  // 2020; no byte of it is zero, in either order

// A capture and where each of its records ends.
struct Sample {
  struct Border {
    size_t offset;
    size_t packets;  // before it
  };
  std::string name{};
  Bytes bytes{};
  size_t header_bytes = 0;        // of the file; fewer can't be opened
  std::vector<Border> borders{};  // the first is the end of the header
  size_t record_unit = 0;         // pcap: zeros of this size before a record are records

  template <class Builder>
  void mark(const Builder& builder, size_t packets) {
    if (borders.empty()) header_bytes = builder.size();
    borders.push_back({builder.size(), packets});
    bytes = builder.bytes();
  }
};

std::string name_of(const ::testing::TestParamInfo<Sample>& info) {
  return info.param.name;
}

Sample pcap_sample(std::string name, const PcapHeader& header) {
  Sample s;
  s.name = std::move(name);
  s.record_unit = header.magic == kMagicModified ? 24 : 16;
  PcapBuilder b(header);
  s.mark(b, 0);
  const std::array<size_t, 6> sizes = {60, 0, 1, 97, 250, 64};
  for (size_t i = 0; i < sizes.size(); ++i) {
    PcapRecord r;
    r.seconds = kSeconds + static_cast<uint32_t>(i == 3 ? 0 : i);  // one step back
    r.fraction = 0x01020304u % 1'000'000;
    r.data = payload(sizes[i], static_cast<uint8_t>(i + 1));
    if (i == 4) r.original = 1500;
    if (header.minor < 3) {  // old order of the two lengths
      r.captured = r.original.value_or(static_cast<uint32_t>(sizes[i]));
      r.original = static_cast<uint32_t>(sizes[i]);
    }
    b.record(r);
    s.mark(b, i + 1);
  }
  return s;
}

Sample pcapng_sample(std::string name, bool first_big, bool second_big) {
  Sample s;
  s.name = std::move(name);
  PcapngBuilder b;
  const uint64_t micros = uint64_t{kSeconds} * 1'000'000;
  b.section({.big_endian = first_big});
  s.mark(b, 0);
  b.interface({.link_type = 1, .snap_length = 100, .tsoffset = 5});
  s.mark(b, 0);
  b.simple({.data = payload(33, 9)});
  s.mark(b, 1);
  b.enhanced({.timestamp = micros, .data = payload(60, 1), .options = {{1, payload(9), {}}}});
  s.mark(b, 2);
  b.block(0x0bad, payload(21, 3));
  s.mark(b, 2);
  b.obsolete({.timestamp = micros - 7, .data = payload(61, 2)});
  s.mark(b, 3);
  b.section({.big_endian = second_big, .options = {{4, payload(17), {}}}});
  s.mark(b, 3);
  b.interface({.link_type = 113, .tsresol = uint8_t{9}});
  s.mark(b, 3);
  b.interface({.link_type = 101, .tsresol = uint8_t{0x8a}});
  s.mark(b, 3);
  b.enhanced({.timestamp = micros * 1000 + 1, .data = payload(0), .original = 1000});
  s.mark(b, 4);
  b.enhanced({.interface = 1, .timestamp = uint64_t{kSeconds} << 10, .data = payload(250, 4)});
  s.mark(b, 5);
  return s;
}

Sample snoop_sample() {
  Sample s;
  s.name = "snoop";
  SnoopBuilder b;
  s.mark(b, 0);
  const std::array<size_t, 5> sizes = {60, 1, 97, 250, 64};
  for (size_t i = 0; i < sizes.size(); ++i) {
    b.record({.seconds = kSeconds,
              .micros = 7,
              .data = payload(sizes[i], static_cast<uint8_t>(i + 1)),
              .original = static_cast<uint32_t>(sizes[i] + i)});
    s.mark(b, i + 1);
  }
  return s;
}

Sample erf_sample() {
  Sample s;
  s.name = "erf";
  ErfBuilder b;
  const auto record = [&](uint32_t i, ErfRecord r) {
    r.seconds = kSeconds + i;
    r.fraction = 0x01020304;
    b.record(r);
  };
  // There is no file header, so one complete record is needed to recognize the file.
  record(0, {.data = payload(60, 1)});
  s.mark(b, 1);
  record(1, {.extensions = {1, 2}, .data = payload(64, 2), .tail_zeros = 6});
  s.mark(b, 2);
  record(2, {.type = 48, .data = payload(8, 3)});
  s.mark(b, 2);
  record(3, {.type = 22, .data = payload(41, 4)});
  s.mark(b, 3);
  record(4, {.type = 21, .data = payload(250, 5)});
  s.mark(b, 4);
  return s;
}

std::vector<Sample> samples() {
  return {
      pcap_sample("pcap", {}),
      pcap_sample("pcap_big_endian", {.big_endian = true}),
      pcap_sample("pcap_nanos", {.magic = kMagicNanos}),
      pcap_sample("pcap_modified", {.magic = kMagicModified}),
      pcap_sample("pcap_modified_big_endian", {.big_endian = true, .magic = kMagicModified}),
      pcap_sample("pcap_ixia", {.magic = kMagicIxiaHardware}),
      pcap_sample("pcap_2_2", {.minor = 2}),
      pcapng_sample("pcapng", false, false),
      pcapng_sample("pcapng_big_endian", true, true),
      pcapng_sample("pcapng_mixed", true, false),
      snoop_sample(),
      erf_sample(),
  };
}

class EveryFormat : public ::testing::TestWithParam<Sample> {
 protected:
  const Sample& sample() const { return GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Samples, EveryFormat, ::testing::ValuesIn(samples()), name_of);

// The first `count` packets of a capture.
std::vector<ReadPacket> first(const ReadCapture& whole, size_t count) {
  EXPECT_GE(whole.packets.size(), count);
  return {whole.packets.begin(),
          whole.packets.begin() + std::ptrdiff_t(std::min(count, whole.packets.size()))};
}

// For messages of failed tests.
void PrintTo(const Sample& s, std::ostream* out) {
  *out << s.name;
}

TEST_P(EveryFormat, ReadsWhole) {
  const ReadCapture whole = read_capture(sample().bytes);
  ASSERT_FALSE(whole.open_error) << whole;
  EXPECT_EQ(whole.status, ReadStatus::kEnd);
  EXPECT_EQ(whole.packets.size(), sample().borders.back().packets);
  EXPECT_EQ(whole.padding_bytes, 0u);
}

TEST_P(EveryFormat, CutAtEachByteKeepsEveryWholeRecordAndSaysSo) {
  const Bytes& bytes = sample().bytes;
  const ReadCapture whole = read_capture(bytes);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    SCOPED_TRACE(cut);
    const ReadCapture c =
        read_capture({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut)});
    if (cut < sample().header_bytes) {
      ASSERT_TRUE(c.open_error) << c;
      if (sample().name != "erf") {
        ASSERT_EQ(*c.open_error, Errc::kTruncated) << c;
      }
      continue;
    }
    ASSERT_FALSE(c.open_error) << c;
    auto border = sample().borders.begin();
    while (border + 1 != sample().borders.end() && (border + 1)->offset <= cut) ++border;
    ASSERT_EQ(c.packets, first(whole, border->packets));
    const size_t rest = cut - border->offset;
    // The rest of a record that begins with zeros cannot be distinguished from padding.
    const auto* const begin = bytes.data() + border->offset;
    if (std::all_of(begin, begin + rest, [](uint8_t b) { return b == 0; })) {
      ASSERT_EQ(c.status, ReadStatus::kEnd) << c;
      ASSERT_EQ(c.padding_bytes, rest);
      ASSERT_LE(rest, 3u);
    } else {
      ASSERT_EQ(c.status, ReadStatus::kTruncated) << c;
      ASSERT_EQ(c.damage_code, Errc::kTruncated);
      ASSERT_EQ(c.damage_offset, border->offset);
      ASSERT_FALSE(c.message.empty());
    }
  }
}

TEST_P(EveryFormat, SameFromPiecesOfAnySize) {
  const ReadCapture whole = read_capture(sample().bytes);
  for (const size_t chunk : {1u, 2u, 3u, 5u, 7u, 11u, 16u, 23u, 24u, 63u, 64u, 100u, 511u}) {
    for (const size_t block : {64u, 65u, 100u, 128u, 4096u, 262144u}) {
      SCOPED_TRACE(std::to_string(chunk) + " of " + std::to_string(block));
      ASSERT_EQ(read_capture(sample().bytes, {.block_bytes = block, .max_chunk = chunk}), whole);
    }
  }
}

TEST_P(EveryFormat, SameFromBlocksOfAnySize) {
  const ReadCapture whole = read_capture(sample().bytes);
  for (size_t block = 1; block <= sample().bytes.size() + 1; ++block)
    ASSERT_EQ(read_capture(sample().bytes, {.block_bytes = block}), whole) << block;
}

TEST_P(EveryFormat, AnyChangedByteIsSurvivedAndReadTheSameInAnyBlocks) {
  for (size_t i = 0; i < sample().bytes.size(); ++i) {
    for (const unsigned change : {0x01u, 0x02u, 0x04u, 0x10u, 0x40u, 0x80u, 0xffu}) {
      Bytes bytes = sample().bytes;
      bytes[i] = static_cast<uint8_t>(bytes[i] ^ change);
      const ReadCapture c = read_capture(bytes, {.block_bytes = 4096});
      SCOPED_TRACE("byte " + std::to_string(i) + " ^ " + std::to_string(change));
      // Nothing is smaller than a pcap record header, and packets do not overlap.
      ASSERT_LE(c.packets.size(), bytes.size() / 16);
      size_t data = 0;
      for (const ReadPacket& p : c.packets) data += p.data.size();
      ASSERT_LE(data, bytes.size());
      ASSERT_EQ(read_capture(bytes, {.block_bytes = 64, .max_chunk = 13}), c);
    }
  }
}

TEST_P(EveryFormat, PacketsBeforeAFaultOfTheSourceAreDelivered) {
  const Bytes& bytes = sample().bytes;
  const ReadCapture whole = read_capture(bytes);
  const Error fault{Errc::kIo, 5, "disk: input/output error"};
  for (size_t good = 0; good <= bytes.size(); ++good) {
    SCOPED_TRACE(good);
    const ReadCapture c =
        read_capture(std::make_unique<FailingSource>(bytes, good, fault), {.block_bytes = 128});
    ASSERT_EQ(c.message, fault.what);
    if (good < sample().header_bytes) {
      ASSERT_EQ(c.open_error, Errc::kIo);
      continue;
    }
    ASSERT_FALSE(c.open_error) << c;
    ASSERT_EQ(c.status, ReadStatus::kFailed);
    ASSERT_EQ(c.damage_code, Errc::kIo);
    auto border = sample().borders.begin();
    while (border + 1 != sample().borders.end() && (border + 1)->offset <= good) ++border;
    ASSERT_EQ(c.packets, first(whole, border->packets));
  }
}

TEST_P(EveryFormat, DamagedCompressionIsDamageAndNotAFault) {
  const Bytes& bytes = sample().bytes;
  const size_t good = bytes.size() - 1;
  const auto status = [&](Errc code) {
    return read_capture(std::make_unique<FailingSource>(bytes, good, Error{code, 0, "gzip: bad"}),
                        {})
        .status;
  };
  EXPECT_EQ(status(Errc::kTruncated), ReadStatus::kTruncated);
  EXPECT_EQ(status(Errc::kCorrupt), ReadStatus::kCorrupt);
  EXPECT_EQ(status(Errc::kUnsupported), ReadStatus::kCorrupt);
  EXPECT_EQ(status(Errc::kPermission), ReadStatus::kFailed);
}

TEST_P(EveryFormat, ZerosBehindTheLastRecordArePadding) {
  const ReadCapture whole = read_capture(sample().bytes);
  std::vector<size_t> lengths = {511, 512, 4096, 65536, 262144, 262143, (1u << 20) + 5};
  for (size_t n = 1; n <= 200; ++n) lengths.push_back(n);
  for (const size_t zeros : lengths) {
    SCOPED_TRACE(zeros);
    Bytes padded = sample().bytes;
    padded.resize(padded.size() + zeros);
    for (const size_t block : {64u, 65536u}) {
      if (zeros > 65536 && block < 4096) continue;
      const ReadCapture c = read_capture(padded, {.block_bytes = block});
      ASSERT_EQ(c.status, ReadStatus::kEnd) << c.message;
      ASSERT_EQ(c.padding_bytes, zeros);
      ASSERT_EQ(c.packets, whole.packets);
    }
  }
}

TEST_P(EveryFormat, ZerosWithAnythingBehindThemAreNotPadding) {
  const ReadCapture whole = read_capture(sample().bytes);
  for (size_t zeros = 1; zeros <= 100; ++zeros) {
    SCOPED_TRACE(zeros);
    if (sample().record_unit != 0 && (zeros + 1) % sample().record_unit == 0) continue;  // a header
    Bytes bytes = sample().bytes;
    bytes.resize(bytes.size() + zeros);
    bytes.push_back(0x77);
    const ReadCapture c = read_capture(bytes);
    ASSERT_NE(c.status, ReadStatus::kEnd) << c;
    ASSERT_EQ(c.padding_bytes, 0u);
    const size_t records = sample().record_unit == 0 ? 0 : zeros / sample().record_unit;
    ASSERT_EQ(c.packets.size(), whole.packets.size() + records);
    ASSERT_EQ(c.damage_offset, sample().bytes.size() + records * sample().record_unit);
    ASSERT_EQ(read_capture(bytes, {.block_bytes = 64, .max_chunk = 1}), c);
  }
}

// --- what is not a capture ---

Errc open_error(const Bytes& bytes) {
  const ReadCapture c = read_capture(bytes);
  EXPECT_TRUE(c.open_error) << c;
  EXPECT_FALSE(c.message.empty());
  return c.open_error.value_or(Errc::kInternal);
}

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(OpenCapture, ZerosOnlyAreNotACapture) {
  EXPECT_EQ(open_error(Bytes(4)), Errc::kUnsupported);
  EXPECT_EQ(open_error(Bytes(24)), Errc::kUnsupported);
  EXPECT_EQ(open_error(Bytes(1 << 20)), Errc::kUnsupported);
}

TEST(OpenCapture, EmptyAndTinyFilesAreTruncated) {
  EXPECT_EQ(open_error({}), Errc::kTruncated);
  EXPECT_EQ(open_error({0xd4}), Errc::kTruncated);
  EXPECT_EQ(open_error({0, 0, 0}), Errc::kTruncated);
}

TEST(OpenCapture, OtherFilesAreNamedByTheirFormatOrFirstBytes) {
  const ReadCapture known = read_capture(bytes_of("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"));
  EXPECT_EQ(known.open_error, Errc::kUnsupported);
  EXPECT_EQ(known.message, "not a capture file but a PDF document");
  const ReadCapture c = read_capture(bytes_of("\x25\x01\x44\x46 and more"));
  EXPECT_EQ(c.open_error, Errc::kUnsupported);
  EXPECT_NE(c.message.find("25 01 44 46"), std::string::npos) << c.message;
}

TEST(OpenCapture, TextIsNotErf) {
  std::string text;
  for (int line = 0; line < 20000; ++line) text += "9 bytes.\n";
  EXPECT_EQ(open_error(bytes_of(text)), Errc::kUnsupported);
  for (size_t shift = 1; shift < 16; ++shift)
    EXPECT_EQ(open_error(bytes_of(text.substr(shift))), Errc::kUnsupported) << shift;
}

// The magics of NAVTEL and FMESQUITA are known, but their formats are not documented, so they are
// not read.
TEST(OpenCapture, UnreadMagicsAreRefused) {
  for (const uint32_t magic : {0xa12b3c4du, 0xa1b234cdu, 0xa1e2cb12u}) {
    PcapBuilder b({.magic = magic});
    b.packet(1'000'000'000, payload(60));
    EXPECT_EQ(open_error(b.bytes()), Errc::kUnsupported) << std::hex << magic;
  }
}

// A length field in a tiny file must not cause a large allocation.
class LargestAsked final : public io::ByteSource {
 public:
  LargestAsked(Bytes bytes, size_t& largest) : inner_(std::move(bytes)), largest_(largest) {}
  Result<size_t> read(std::span<uint8_t> out) override {
    largest_ = std::max(largest_, out.size());
    return inner_.read(out);
  }

 private:
  MemorySource inner_;
  size_t& largest_;
};

TEST(HugeLengths, AreDamageAndAskForNothing) {
  PcapBuilder dbus({.link_type = 231});
  dbus.record({.seconds = 1, .captured = 128u << 20, .original = 128u << 20});
  PcapngBuilder usb;
  usb.section().interface({.link_type = 249});
  usb.enhanced({.data = payload(4), .captured = 128u << 20}, {.total = (128u << 20) + 32});
  PcapngBuilder unknown;
  unknown.section().block(0x0bad, payload(4), {.total = 200u << 20});
  PcapngBuilder section;
  section.section({}, {.total = 256u << 20});
  SnoopBuilder snoop;
  snoop.record({.data = payload(4), .captured = 200'000, .record_bytes = 200'024});
  for (const Bytes& bytes :
       {dbus.bytes(), usb.bytes(), unknown.bytes(), section.bytes(), snoop.bytes()}) {
    size_t largest = 0;
    const ReadCapture c =
        read_capture(std::make_unique<LargestAsked>(bytes, largest), {.block_bytes = 4096});
    EXPECT_EQ(c.status, ReadStatus::kTruncated) << c;
    EXPECT_LE(largest, 8192u);
  }
}

}  // namespace
}  // namespace gophercap::capture
