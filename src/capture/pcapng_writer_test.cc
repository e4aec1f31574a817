#include "capture/capture_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/capture_reader.h"
#include "io/open_output.h"
#include "testing/memory_source.h"
#include "testing/pcap_builder.h"
#include "testing/read_capture.h"
#include "testing/temp_dir.h"

namespace gophercap::capture {
namespace {

using testing::Bytes;
using testing::payload;
using testing::PcapngBuilder;
using testing::read_file;
using testing::TempDir;

constexpr int64_t kTime = 1'600'000'000'123'456'789;

Result<std::unique_ptr<CaptureWriter>> create(const std::string& path,
                                              const WriterOptions& options) {
  TRY(auto sink, io::open_output(path));
  return CaptureWriter::create(std::move(sink), options);
}

std::unique_ptr<CaptureWriter> writer_to(const std::string& path) {
  Result<std::unique_ptr<CaptureWriter>> writer = create(path, {.format = OutputFormat::kPcapng});
  EXPECT_TRUE(writer) << (writer ? "" : writer.error().what);
  return writer ? *std::move(writer) : nullptr;
}

TEST(PcapngWriterTest, ByteForByte) {
  const TempDir dir;
  const auto writer = writer_to(dir.path("a.pcapng"));
  for (const size_t n : {61u, 60u, 62u, 63u}) {  // every padding
    ASSERT_TRUE(writer->write({capture_time(kTime), payload(n), 100, 1}));
  }
  ASSERT_TRUE(writer->write({capture_time(0), {}, 0, 113}));
  ASSERT_TRUE(writer->write({capture_time(INT64_MAX), payload(4), 4, 1}));
  ASSERT_TRUE(writer->close());

  PcapngBuilder expected;
  expected.section().interface({.link_type = 1, .snap_length = 262144, .tsresol = 9});
  for (const size_t n : {61u, 60u, 62u, 63u}) {
    expected.enhanced({.timestamp = uint64_t{kTime}, .data = payload(n), .original = 100});
  }
  expected.interface({.link_type = 113, .snap_length = 262144, .tsresol = 9});
  expected.enhanced({.interface = 1, .timestamp = 0});
  expected.enhanced({.timestamp = INT64_MAX, .data = payload(4)});
  EXPECT_EQ(read_file(dir.path("a.pcapng")), expected.bytes());
}

TEST(PcapngWriterTest, WithoutPacketsThereIsStillAnInterface) {
  const TempDir dir;
  ASSERT_TRUE(writer_to(dir.path("a.pcapng"))->close());
  PcapngBuilder expected;
  expected.section().interface({.snap_length = 262144, .tsresol = 9});
  EXPECT_EQ(read_file(dir.path("a.pcapng")), expected.bytes());
}

TEST(PcapngWriterTest, TimesBefore1970CountFromAnOffset) {
  const TempDir dir;
  for (const int64_t earliest : {int64_t{-1}, int64_t{-3'000'000'000'500'000'000}, INT64_MIN}) {
    auto made = create(dir.path("a"),
                       {.format = OutputFormat::kPcapng, .earliest = capture_time(earliest)});
    ASSERT_TRUE(made);
    CaptureWriter& writer = **made;
    const std::vector<int64_t> times = {
        earliest, 0, kTime, earliest == INT64_MIN ? INT64_MAX - 1'000'000'000 : INT64_MAX};
    for (const int64_t t : times) ASSERT_TRUE(writer.write({capture_time(t), payload(60), 60, 1}));
    ASSERT_TRUE(writer.write({capture_time(earliest), payload(60), 60, 113}));
    if (earliest > INT64_MIN) {
      EXPECT_FALSE(writer.write({capture_time(earliest - 1), payload(60), 60, 1}));
    } else {
      EXPECT_FALSE(writer.write({capture_time(INT64_MAX), payload(60), 60, 1}));
    }
    ASSERT_TRUE(writer.close());
    const auto read = testing::read_capture(read_file(dir.path("a")));
    ASSERT_EQ(read.packets.size(), 5u);
    for (size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(read.packets[i].time_ns, i < 4 ? times[i] : earliest);
      EXPECT_EQ(read.packets[i].flags, 0);
    }
  }
}

TEST(PcapngWriterTest, RefusesWhatTheFormatCantHold) {
  const TempDir dir;
  const auto writer = writer_to(dir.path("a.pcapng"));
  const Bytes data = payload(60);
  EXPECT_EQ(writer->write({capture_time(-1), data, 60, 1}).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(writer->write({capture_time(1), data, 60, 0x10000}).error().code,
            Errc::kInvalidArgument);
  EXPECT_EQ(writer->write({capture_time(1), payload(262145), 60, 1}).error().code,
            Errc::kInvalidArgument);
}

// Many packets of several link types can be read back with the same times, lengths, link types and
// data.
TEST(PcapngWriterTest, ReadsBack) {
  const TempDir dir;
  const std::string path = dir.path("a.pcapng");
  const auto writer = writer_to(path);
  const std::vector<uint32_t> link_types = {1, 113, 101, 228};
  constexpr uint32_t kPackets = 3000;
  for (uint32_t i = 0; i < kPackets; ++i) {
    const Bytes data = payload(i % 1500, static_cast<uint8_t>(i));
    ASSERT_TRUE(
        writer->write({capture_time(kTime + i), data, i % 1500 + i % 3, link_types[i % 4]}));
  }
  ASSERT_TRUE(writer->close());

  Result<std::unique_ptr<CaptureReader>> reader =
      open_capture(std::make_unique<testing::MemorySource>(read_file(path)));
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->format(), Format::kPcapng);
  const auto batch = std::make_unique<PacketBatch>();
  uint32_t i = 0;
  while ((*reader)->read(*batch) == ReadStatus::kPacket) {
    for (size_t k = 0; k < batch->count; ++k, ++i) {
      const packet::PacketView& view = batch->packets[k];
      ASSERT_EQ(ns_of(view.time), kTime + i);
      ASSERT_EQ(view.original_bytes, i % 1500 + i % 3);
      ASSERT_EQ((*reader)->interfaces()[view.interface].link_type, link_types[i % 4]);
      const Bytes data(view.data, view.data + view.captured_bytes);
      ASSERT_EQ(data, payload(i % 1500, static_cast<uint8_t>(i)));
    }
  }
  EXPECT_EQ(i, kPackets);
  EXPECT_FALSE((*reader)->damage());
}

}  // namespace
}  // namespace gophercap::capture
