#include "capture/capture_writer.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "io/open_output.h"
#include "testing/pcap_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::capture {
namespace {

using testing::Bytes;
using testing::payload;
using testing::PcapBuilder;
using testing::read_file;
using testing::TempDir;

constexpr int64_t kTime = 1'600'000'000'123'456'789;

OutputPacket packet_of(const Bytes& data, int64_t time_ns = kTime, uint32_t link_type = 1) {
  return {capture_time(time_ns), data, static_cast<uint32_t>(data.size()), link_type};
}

Result<std::unique_ptr<CaptureWriter>> create(const std::string& path,
                                              const WriterOptions& options) {
  TRY(auto sink, io::open_output(path));
  return CaptureWriter::create(std::move(sink), options);
}

std::unique_ptr<CaptureWriter> writer_to(const std::string& path, const WriterOptions& options) {
  Result<std::unique_ptr<CaptureWriter>> writer = create(path, options);
  EXPECT_TRUE(writer) << (writer ? "" : writer.error().what);
  return writer ? *std::move(writer) : nullptr;
}

TEST(CaptureWriterTest, NanosecondsByteForByte) {
  const TempDir dir;
  const auto writer = writer_to(dir.path("a.pcap"), {});
  ASSERT_TRUE(writer->write(packet_of(payload(61))));
  ASSERT_TRUE(writer->write({capture_time(5), payload(3), 77, 1}));
  ASSERT_TRUE(writer->write(packet_of({}, 999'999'999)));
  ASSERT_TRUE(writer->close());

  const PcapBuilder expected =
      PcapBuilder({.magic = testing::kMagicNanos})
          .packet(kTime, payload(61))
          .record({.seconds = 0, .fraction = 5, .data = payload(3), .original = 77})
          .record({.seconds = 0, .fraction = 999'999'999});
  EXPECT_EQ(read_file(dir.path("a.pcap")), expected.bytes());
}

TEST(CaptureWriterTest, MicrosecondsAreFloored) {
  const TempDir dir;
  const WriterOptions options = {
      .format = OutputFormat::kPcapMicros, .link_type = 113, .snap_length = 65535};
  const auto writer = writer_to(dir.path("a.pcap"), options);
  ASSERT_TRUE(writer->write(packet_of(payload(20), 3'000'001'999, 113)));
  ASSERT_TRUE(writer->write(packet_of(payload(20), 3'999'999'999, 113)));
  ASSERT_TRUE(writer->close());

  const PcapBuilder expected =
      PcapBuilder({.snap_length = 65535, .link_type = 113})
          .record({.seconds = 3, .fraction = 1, .data = payload(20)})
          .record({.seconds = 3, .fraction = 999'999, .data = payload(20)});
  EXPECT_EQ(read_file(dir.path("a.pcap")), expected.bytes());
}

TEST(CaptureWriterTest, TimesOfTheFormat) {
  const TempDir dir;
  const auto writer = writer_to(dir.path("a.pcap"), {});
  const int64_t end = (int64_t{1} << 32) * 1'000'000'000;  // 2106-02-07
  EXPECT_TRUE(writer->write(packet_of(payload(1), 0)));
  EXPECT_TRUE(writer->write(packet_of(payload(1), end - 1)));
  for (const int64_t ns : {int64_t{-1}, end}) {
    const Result<> refused = writer->write(packet_of(payload(1), ns));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kInvalidArgument);
  }
  // A rejected packet leaves nothing in the file.
  ASSERT_TRUE(writer->close());
  const PcapBuilder expected = PcapBuilder({.magic = testing::kMagicNanos})
                                   .packet(0, payload(1))
                                   .packet(end - 1, payload(1));
  EXPECT_EQ(read_file(dir.path("a.pcap")), expected.bytes());
}

TEST(CaptureWriterTest, RefusesOtherLinkTypesAndUnreadableLengths) {
  const TempDir dir;
  const auto writer = writer_to(dir.path("a.pcap"), {});
  EXPECT_EQ(writer->write(packet_of(payload(1), kTime, 113)).error().code, Errc::kInvalidArgument);
  EXPECT_TRUE(writer->write(packet_of(payload(262144))));
  EXPECT_EQ(writer->write(packet_of(payload(262145))).error().code, Errc::kInvalidArgument);

  const Result<std::unique_ptr<CaptureWriter>> odd =
      create(dir.path("b.pcap"), {.link_type = 0x10000});
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().code, Errc::kInvalidArgument);
  EXPECT_EQ(dir.names().size(), 1u);  // the first writer's unfinished file
}

// libpcap cuts packets to the snap length of the header, so it must be at least what the link type
// may have.
TEST(CaptureWriterTest, JumboLinkTypesAnnounceTheirLimit) {
  const TempDir dir;
  const auto writer = writer_to(dir.path("a.pcap"), {.link_type = 249});
  const Bytes large = payload(1'000'000);
  ASSERT_TRUE(writer->write(packet_of(large, kTime, 249)));
  ASSERT_TRUE(writer->close());
  const PcapBuilder expected =
      PcapBuilder({.magic = testing::kMagicNanos, .snap_length = 128u << 20, .link_type = 249})
          .packet(kTime, large);
  EXPECT_EQ(read_file(dir.path("a.pcap")), expected.bytes());
}

// Packets of sizes around the writer's block, so that headers and data cross its boundary.
TEST(CaptureWriterTest, ManyPacketsAcrossBlocks) {
  const TempDir dir;
  const auto writer = writer_to(dir.path("a.pcap"), {});
  PcapBuilder expected({.magic = testing::kMagicNanos});
  size_t n = 1;
  for (int i = 0; i < 400; ++i) {
    n = n * 5 / 4 % 262144 + 1;
    const Bytes data = payload(n, static_cast<uint8_t>(i));
    ASSERT_TRUE(writer->write(packet_of(data, kTime + i)));
    expected.packet(kTime + i, data);
  }
  ASSERT_TRUE(writer->close());
  EXPECT_TRUE(read_file(dir.path("a.pcap")) == expected.bytes());
}

TEST(CaptureWriterTest, NoFileWithoutClose) {
  const TempDir dir;
  {
    const auto writer = writer_to(dir.path("a.pcap"), {});
    // More than the buffer holds, so some of it reaches the file.
    ASSERT_TRUE(writer->write(packet_of(payload(200'000))));
    ASSERT_TRUE(writer->write(packet_of(payload(200'000))));
    EXPECT_EQ(dir.names().size(), 1U);
  }
  EXPECT_TRUE(dir.names().empty());
}

TEST(CaptureWriterTest, AFullDiskIsReportedAndSticks) {
  for (const OutputFormat format : {OutputFormat::kPcapNanos, OutputFormat::kPcapng}) {
    const auto writer = writer_to("/dev/full", {.format = format});
    ASSERT_TRUE(writer->write(packet_of(payload(60))));  // buffered
    const Result<> written = writer->write(packet_of(payload(262'144)));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::kNoSpace);
    EXPECT_NE(written.error().what.find("/dev/full"), std::string::npos);
    const Result<> closed = writer->close();
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().code, Errc::kNoSpace);
  }
}

TEST(CaptureWriterTest, MissingFolder) {
  const TempDir dir;
  const Result<std::unique_ptr<CaptureWriter>> writer = create(dir.path("none/a.pcap"), {});
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace gophercap::capture
