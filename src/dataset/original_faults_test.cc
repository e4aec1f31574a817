// Faults of the original's map, each by its name; those visible on its command line are tested by
// tests/cli/map_original_faults.sh.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "dataset/scan/scan.h"
#include "testing/compress.h"
#include "testing/memory_source.h"
#include "testing/pcap_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::dataset {
namespace {

using testing::Bytes;
using testing::compress;
using testing::ErfBuilder;
using testing::kMagicModified;
using testing::kMagicNanos;
using testing::MemorySource;
using testing::payload;
using testing::PcapBuilder;
using testing::PcapngBuilder;
using testing::SnoopBuilder;
using testing::TempDir;

constexpr int64_t kSecond = 1'000'000'000;

FileSummary scan(const Bytes& bytes) {
  FileSummary summary;
  auto reader = capture::open_capture(std::make_unique<MemorySource>(bytes));
  EXPECT_TRUE(reader) << reader.error().what;
  if (reader) scan_capture(**reader, summary);
  return summary;
}

// A nanosecond pcap with empty packets at these times.
Bytes at_times(const std::vector<int64_t>& times) {
  PcapBuilder b({.magic = kMagicNanos});
  for (const int64_t time : times) b.packet(time, {});
  return b.bytes();
}

TEST(OriginalFaults, G10_AFileWithOnePacketHasThatPacketAndAnEnd) {
  const FileSummary s = scan(PcapBuilder().packet(5 * kSecond, payload(60)).bytes());
  EXPECT_EQ(s.packets, 1u);
  EXPECT_EQ(s.max_captured_bytes, 60u);
  EXPECT_EQ(s.min, capture_time(5 * kSecond));
  EXPECT_EQ(s.max, capture_time(5 * kSecond));
  EXPECT_EQ(s.out_of_order, 0u);
  EXPECT_FALSE(s.damage);
}

TEST(OriginalFaults, G10_TheFirstPacketCountsInEveryFigure) {
  const FileSummary s = scan(
      PcapBuilder().packet(5 * kSecond, payload(1500)).packet(6 * kSecond, payload(60)).bytes());
  EXPECT_EQ(s.packets, 2u);
  EXPECT_EQ(s.max_captured_bytes, 1500u);
  EXPECT_EQ(s.captured_bytes, 1560u);
}

TEST(OriginalFaults, G10_TheSecondPacketIsComparedWithTheFirst) {
  EXPECT_EQ(scan(at_times({6 * kSecond, 5 * kSecond})).out_of_order, 1u);
}

TEST(OriginalFaults, G11_AFileCutByOneByteKeepsItsWholePacketsAndSaysSo) {
  PcapBuilder b;
  for (int i = 0; i < 249; ++i) b.packet((i + 1) * kSecond, payload(100));
  const size_t border = b.size();
  b.packet(250 * kSecond, payload(100));
  Bytes bytes = b.bytes();
  bytes.pop_back();
  const FileSummary s = scan(bytes);
  EXPECT_EQ(s.packets, 249u);
  EXPECT_EQ(s.captured_bytes, 24'900u);
  EXPECT_EQ(s.max, capture_time(249 * kSecond));
  ASSERT_TRUE(s.damage);
  EXPECT_EQ(s.damage->code, Errc::kTruncated);
  EXPECT_EQ(s.damage->offset_bytes, border);
  EXPECT_EQ(s.damage->reason, "packet 250: record of 116 bytes is cut off by the end of the file");
}

TEST(OriginalFaults, G12_EqualTimesAreInOrder) {
  const FileSummary s = scan(at_times({kSecond, kSecond, kSecond, 2 * kSecond, 2 * kSecond}));
  EXPECT_EQ(s.out_of_order, 0u);
  EXPECT_EQ(s.largest_step_back, Nanos(0));
  EXPECT_EQ(s.largest_step_back_packets, 0u);
}

TEST(OriginalFaults, G13_BeginningAndEndAreTheSmallestAndTheLargestTime) {
  const FileSummary s = scan(at_times({5 * kSecond, 9 * kSecond, 2 * kSecond, 7 * kSecond}));
  EXPECT_EQ(s.first, capture_time(5 * kSecond));
  EXPECT_EQ(s.last, capture_time(7 * kSecond));
  EXPECT_EQ(s.min, capture_time(2 * kSecond));
  EXPECT_EQ(s.max, capture_time(9 * kSecond));
}

// Lowers the soft limit on descriptors while it exists.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t soft) {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    const rlimit lowered{soft, before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

size_t open_descriptors() {
  const std::filesystem::directory_iterator fds("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(fds), end(fds)));
}

TEST(OriginalFaults, G14_NoDescriptorOfACompressedFileIsLeftOpen) {
  const TempDir dir;
  const Bytes capture = PcapBuilder().packet(kSecond, payload(60)).bytes();
  std::vector<std::string> paths;
  for (int i = 0; i < 200; ++i) {
    Bytes bytes = compress(io::Compression::kGzip, capture);
    if (i % 3 == 1) bytes.resize(bytes.size() - 9);                      // cut
    if (i % 3 == 2) bytes = compress(io::Compression::kGzip, Bytes(9));  // no capture at all
    paths.push_back(dir.write(fmt::format("{}.pcap.gz", i), bytes));
  }
  const size_t before = open_descriptors();
  ScanProgress progress;
  std::vector<FileSummary> summaries;
  {
    const FewDescriptors limit(before + 8);
    summaries = scan_files(paths, 4, progress);
  }
  EXPECT_EQ(open_descriptors(), before);
  for (size_t i = 0; i < summaries.size(); i += 3) {
    EXPECT_EQ(summaries[i].packets, 1u);
    EXPECT_FALSE(summaries[i].damage) << summaries[i].damage->reason;
  }
}

TEST(OriginalFaults, G16_FormatsAndCompressionsThatItCouldNotRead) {
  const Bytes pcap = PcapBuilder({.big_endian = true, .magic = kMagicModified})
                         .packet(kSecond, payload(60))
                         .bytes();
  const Bytes pcapng = PcapngBuilder()
                           .section()
                           .interface()
                           .enhanced({.timestamp = 1'000'000, .data = payload(60)})
                           .bytes();
  const Bytes snoop = SnoopBuilder().record({.seconds = 1, .data = payload(60)}).bytes();
  const Bytes erf = ErfBuilder().record({.seconds = 1, .data = payload(60)}).bytes();
  const TempDir dir;
  for (const Bytes& plain : {pcap, pcapng, snoop, erf}) {
    for (const io::Compression c :
         {io::Compression::kNone, io::Compression::kGzip, io::Compression::kZstd,
          io::Compression::kLz4, io::Compression::kXz, io::Compression::kBzip2}) {
      // The name does not tell the format.
      const FileSummary s = scan_file(
          dir.write("capture.txt", c == io::Compression::kNone ? plain : compress(c, plain)));
      EXPECT_EQ(s.compression, c);
      EXPECT_EQ(s.packets, 1u) << word_of(s.format);
      EXPECT_EQ(s.min, capture_time(kSecond));
      EXPECT_EQ(s.plain_bytes, plain.size());
      EXPECT_FALSE(s.damage) << word_of(s.format);
    }
  }
}

TEST(OriginalFaults, B11_AllPacketsOf250AreCounted) {
  PcapBuilder b;
  for (int i = 0; i < 250; ++i) b.packet((i + 1) * kSecond, payload(100));
  EXPECT_EQ(scan(b.bytes()).packets, 250u);
}

TEST(OriginalFaults, B12_OutOfOrderCountsStepsBackOnly) {
  const int64_t s = kSecond;
  EXPECT_EQ(scan(at_times({1 * s, 3 * s, 2 * s, 2 * s, 4 * s, 4 * s, 1 * s})).out_of_order, 2u);
}

TEST(OriginalFaults, B13_ADamagedRecordCostsNothingThatStandsBeforeIt) {
  PcapBuilder b;
  b.packet(kSecond, payload(60)).packet(2 * kSecond, payload(60));
  const size_t border = b.size();
  b.record({.seconds = 3, .data = payload(60), .captured = 900'000});
  b.packet(4 * kSecond, payload(60));
  const FileSummary s = scan(b.bytes());
  EXPECT_EQ(s.packets, 2u);
  ASSERT_TRUE(s.damage);
  EXPECT_EQ(s.damage->offset_bytes, border);
  EXPECT_EQ(s.damage->code, Errc::kCorrupt);
}

TEST(OriginalFaults, B13_CapturedAboveSnapLengthOrOriginalIsNoDamage) {
  const FileSummary s = scan(PcapBuilder({.snap_length = 20})
                                 .record({.seconds = 1, .data = payload(60), .original = 40})
                                 .bytes());
  EXPECT_EQ(s.packets, 1u);
  EXPECT_EQ(s.captured_bytes, 60u);
  EXPECT_EQ(s.packets_captured_above_original, 1u);
  EXPECT_FALSE(s.damage);
}

TEST(OriginalFaults, B13_EmptyAndHeaderOnlyFilesAreToldApart) {
  const TempDir dir;
  const FileSummary empty = scan_file(dir.write("empty.pcap"));
  ASSERT_TRUE(empty.damage);
  EXPECT_EQ(empty.damage->code, Errc::kTruncated);
  const FileSummary header = scan_file(dir.write("header.pcap", PcapBuilder().bytes()));
  EXPECT_FALSE(header.damage);
  EXPECT_TRUE(header.empty());
  EXPECT_EQ(header.format, capture::Format::kPcap);
}

TEST(OriginalFaults, B14_PcapngIsRead) {
  const Bytes bytes =
      PcapngBuilder().section().interface().enhanced({.timestamp = 9, .data = payload(60)}).bytes();
  EXPECT_EQ(scan(bytes).packets, 1u);
}

TEST(OriginalFaults, B16_ResultsStandInTheOrderOfThePaths) {
  const TempDir dir;
  std::vector<std::string> paths;
  for (size_t i = 0; i < 100; ++i) {
    PcapBuilder b;
    for (size_t n = 0; n <= i * 37 % 101; ++n) b.packet(kSecond, payload(60));
    paths.push_back(dir.write(fmt::format("{:03}", i), b.bytes()));
  }
  ScanProgress progress;
  const std::vector<FileSummary> summaries = scan_files(paths, 8, progress);
  ASSERT_EQ(summaries.size(), paths.size());
  for (size_t i = 0; i < paths.size(); ++i) {
    EXPECT_EQ(summaries[i].path, paths[i]);
    EXPECT_EQ(summaries[i].packets, i * 37 % 101 + 1);
  }
}

}  // namespace
}  // namespace gophercap::dataset
