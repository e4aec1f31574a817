#include "dataset/scan/scan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "testing/compress.h"
#include "testing/memory_source.h"
#include "testing/pcap_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::dataset {
namespace {

using testing::Bytes;
using testing::compress;
using testing::kMagicMicros;
using testing::kMagicNanos;
using testing::MemorySource;
using testing::payload;
using testing::PcapBuilder;
using testing::PcapngBuilder;
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

// Every field, so that two summaries can be compared as a whole.
std::string describe(const FileSummary& s) {
  const auto time = [](const std::optional<CaptureTime>& t) {
    return t ? std::to_string(ns_of(*t)) : std::string("none");
  };
  std::string text = fmt::format(
      "{} {} {} interfaces {} sections {} snap {}\n"
      "packets {} captured {} wire {} plain {} max {}\n"
      "first {} last {} min {} max {} out of order {} step {} of {} gap {} from {}\n"
      "clock steps {} from {} behind {}\n"
      "above {} {} {} cut {} without time {} carried {} above original {} padding {}\n"
      "size {} mtime {}\n",
      s.path, word_of(s.format), word_of(s.compression), s.interfaces, s.sections, s.snap_length,
      s.packets, s.captured_bytes, s.wire_bytes, s.plain_bytes, s.max_captured_bytes, time(s.first),
      time(s.last), time(s.min), time(s.max), s.out_of_order, s.largest_step_back.count(),
      s.largest_step_back_packets, s.largest_gap.count(), time(s.largest_gap_from),
      s.clock_steps_back, time(s.first_step_back_from), s.packets_behind_step, s.packets_above_1514,
      s.packets_above_1518, s.packets_above_9014, s.packets_cut, s.packets_without_time,
      s.packets_fraction_carried, s.packets_captured_above_original, s.padding_bytes,
      s.file_size_bytes, s.mtime_ns);
  for (const LinkTypeCount& l : s.link_types)
    text += fmt::format("link type {}: {}\n", l.link_type, l.packets);
  if (s.damage) {
    text += fmt::format("damage at {}, {}: {}\n", s.damage->offset_bytes, word_of(s.damage->code),
                        s.damage->reason);
  }
  return text;
}

// --- figures ---

TEST(ScanFigures, SizesAreCountedAtTheirBorders) {
  PcapBuilder b;
  for (const size_t n : {1513u, 1514u, 1515u, 1518u, 1519u, 9014u, 9015u, 262144u})
    b.packet(kSecond, payload(n));
  const FileSummary s = scan(b.bytes());
  EXPECT_EQ(s.packets_above_1514, 6u);
  EXPECT_EQ(s.packets_above_1518, 4u);
  EXPECT_EQ(s.packets_above_9014, 2u);
  EXPECT_EQ(s.max_captured_bytes, 262144u);
}

TEST(ScanFigures, LengthsAreSummedApart) {
  PcapBuilder b;
  b.record({.seconds = 1, .data = payload(60), .original = 1500});
  b.record({.seconds = 1, .data = payload(60), .original = 0xffffffff});
  b.record({.seconds = 1, .data = payload(60), .original = 10});
  b.record({.seconds = 1, .fraction = 1'000'000, .data = payload(60)});
  const FileSummary s = scan(b.bytes());
  EXPECT_EQ(s.captured_bytes, 240u);
  EXPECT_EQ(s.wire_bytes, uint64_t{1500} + 0xffffffff + 10 + 60);
  EXPECT_EQ(s.packets_cut, 2u);
  EXPECT_EQ(s.packets_captured_above_original, 1u);
  EXPECT_EQ(s.packets_fraction_carried, 1u);
}

TEST(ScanFigures, LargestGapIsFromTheLargestTimeBefore) {
  EXPECT_EQ(scan(at_times({10, 20, 15, 45, 47})).largest_gap, Nanos(25));
  EXPECT_EQ(scan(at_times({10, 5, 6, 7})).largest_gap, Nanos(0));
  EXPECT_EQ(scan(at_times({10})).largest_gap, Nanos(0));
}

TEST(ScanFigures, TheLargestGapsPlaceIsKnown) {
  EXPECT_EQ(scan(at_times({10, 20, 15, 45, 47})).largest_gap_from, capture_time(20));
  EXPECT_EQ(scan(at_times({10, 5, 6, 7})).largest_gap_from, std::nullopt);
  // In the first batch, across two, inside a later one, after a batch with disorder.
  for (const size_t at : {1u, 255u, 256u, 257u, 700u, 1999u}) {
    for (const bool disorder : {false, true}) {
      std::vector<int64_t> times(2000);
      for (size_t i = 0; i < times.size(); ++i)
        times[i] = static_cast<int64_t>(i) * 10 + (i >= at ? 500 : 0);
      if (disorder) times[900] -= 15;
      const FileSummary s = scan(at_times(times));
      EXPECT_EQ(s.largest_gap, Nanos(510));
      EXPECT_EQ(s.largest_gap_from, capture_time(times[at - 1])) << at;
    }
  }
}

TEST(ScanFigures, AClockThatWasSetBackIsCountedWithItsPlace) {
  const FileSummary none = scan(at_times({2 * kSecond, 5 * kSecond, 4 * kSecond, 6 * kSecond}));
  EXPECT_EQ(none.clock_steps_back, 0u);
  EXPECT_EQ(none.first_step_back_from, std::nullopt);
  EXPECT_EQ(none.packets_behind_step, 0u);
  const FileSummary s = scan(at_times({100 * kSecond, 101 * kSecond, 50 * kSecond, 51 * kSecond,
                                       10 * kSecond, 200 * kSecond, 201 * kSecond}));
  EXPECT_EQ(s.clock_steps_back, 2u);
  EXPECT_EQ(s.first_step_back_from, capture_time(101 * kSecond));
  EXPECT_EQ(s.packets_behind_step, 3u);
}

TEST(ScanFigures, LargestStepBackIsFromTheLargestTimeBefore) {
  const FileSummary s = scan(at_times({10, 100, 90, 95, 60, 100, 99}));
  EXPECT_EQ(s.largest_step_back, Nanos(40));
  EXPECT_EQ(s.out_of_order, 3u);
}

// A direct implementation of the definition.
uint64_t places_late(const std::vector<int64_t>& times) {
  uint64_t largest = 0;
  for (size_t i = 0; i < times.size(); ++i) {
    for (size_t before = 0; before < i; ++before) {
      if (times[before] <= times[i]) continue;
      largest = std::max<uint64_t>(largest, i - before);
      break;
    }
  }
  return largest;
}

TEST(ScanFigures, PlacesThatAPacketIsLateAreExactForNearOnes) {
  EXPECT_EQ(scan(at_times({1, 2, 3})).largest_step_back_packets, 0u);
  EXPECT_EQ(scan(at_times({2, 1})).largest_step_back_packets, 1u);
  EXPECT_EQ(scan(at_times({5, 10, 20, 7})).largest_step_back_packets, 2u);
  EXPECT_EQ(scan(at_times({5, 10, 20, 1})).largest_step_back_packets, 3u);
  std::mt19937 random(1);  // NOLINT: the same every time
  for (int round = 0; round < 200; ++round) {
    std::vector<int64_t> times;
    const size_t count = random() % 600 + 1;
    for (size_t i = 0; i < count; ++i)
      times.push_back(static_cast<int64_t>(i * 10 + random() % (1u << (round % 14)) + 1));
    ASSERT_EQ(scan(at_times(times)).largest_step_back_packets, places_late(times)) << round;
  }
}

TEST(ScanFigures, PlacesThatAPacketIsLateAreBoundedForFarOnes) {
  for (const size_t late : {4094u, 4095u, 4096u, 4097u, 5000u, 8191u, 8192u, 8193u, 20'000u}) {
    for (const size_t in_front : {0u, 1u, 4095u, 4096u, 4097u, 10'000u}) {
      std::vector<int64_t> times;
      for (size_t i = 0; i < in_front; ++i) times.push_back(static_cast<int64_t>(i + 1));
      const int64_t time = static_cast<int64_t>(in_front) + 1;
      for (size_t i = 0; i < late; ++i) times.push_back(time + 1 + static_cast<int64_t>(i));
      times.push_back(time);
      const uint64_t places = scan(at_times(times)).largest_step_back_packets;
      EXPECT_GE(places, late) << in_front;
      EXPECT_LE(places, late < 4096 ? late : late + 4095) << late << " behind " << in_front;
    }
  }
}

TEST(ScanFigures, TimesOverTheWholeRangeDoNotOverflow) {
  PcapngBuilder b;
  b.section();
  b.interface({.tsresol = uint8_t{9}, .tsoffset = -9'223'372'036});
  b.interface({.tsresol = uint8_t{9}});
  b.enhanced({.interface = 0, .timestamp = 0});
  b.enhanced({.interface = 1, .timestamp = INT64_MAX});
  b.enhanced({.interface = 0, .timestamp = 0});
  const FileSummary s = scan(b.bytes());
  EXPECT_EQ(s.min, capture_time(-9'223'372'036 * kSecond));
  EXPECT_EQ(s.max, capture_time(INT64_MAX));
  EXPECT_EQ(s.largest_gap, Nanos::max());
  EXPECT_EQ(s.largest_step_back, Nanos::max());
  EXPECT_EQ(s.out_of_order, 1u);
}

TEST(ScanFigures, PacketsWithoutATimeAreLeftOutOfAllTimes) {
  PcapngBuilder b;
  b.section().interface().interface({.tsresol = uint8_t{0}});
  b.simple({.data = payload(8)});
  b.enhanced({.timestamp = 9'000'000, .data = payload(60)});
  b.simple({.data = payload(8)});
  b.enhanced({.interface = 1, .timestamp = UINT64_MAX, .data = payload(60)});
  b.enhanced({.timestamp = 9'000'001, .data = payload(60)});
  const FileSummary s = scan(b.bytes());
  EXPECT_EQ(s.packets, 5u);
  EXPECT_EQ(s.packets_without_time, 3u);
  EXPECT_EQ(s.min, capture_time(9 * kSecond));
  EXPECT_EQ(s.max, capture_time(9 * kSecond + 1000));
  EXPECT_EQ(s.out_of_order, 0u);
  EXPECT_EQ(s.largest_gap, Nanos(1000));
}

TEST(ScanFigures, AFileWithoutAnyTimeHasNone) {
  const FileSummary s =
      scan(PcapngBuilder().section().interface().simple({.data = payload(8)}).bytes());
  EXPECT_EQ(s.packets, 1u);
  EXPECT_FALSE(s.first || s.last || s.min || s.max);
}

TEST(ScanFigures, LinkTypesAreCountedInOrderOfAppearance) {
  PcapngBuilder b;
  b.section().interface({.link_type = 113, .snap_length = 100});
  b.interface({.link_type = 1, .snap_length = 300})
      .interface({.link_type = 113, .snap_length = 200});
  b.interface({.link_type = 9, .snap_length = 10});
  for (const uint32_t i : {0u, 1u, 2u, 2u, 1u, 0u, 0u}) b.enhanced({.interface = i});
  b.section().interface({.link_type = 1, .snap_length = 1}).enhanced({});
  const FileSummary s = scan(b.bytes());
  const std::vector<LinkTypeCount> expected = {{113, 5}, {1, 3}, {9, 0}};
  EXPECT_EQ(s.link_types, expected);
  EXPECT_EQ(s.interfaces, 5u);
  EXPECT_EQ(s.sections, 2u);
  EXPECT_EQ(s.snap_length, 300u);
}

TEST(ScanFigures, OneInterfaceWithoutALimitMeansNone) {
  EXPECT_EQ(scan(PcapngBuilder().section().interface({.snap_length = 96}).interface({}).bytes())
                .snap_length,
            0u);
}

TEST(ScanFigures, PaddingIsReportedAndNoDamage) {
  const FileSummary s = scan(PcapBuilder().packet(kSecond, payload(60)).zeros(12345).bytes());
  EXPECT_EQ(s.packets, 1u);
  EXPECT_EQ(s.padding_bytes, 12345u);
  EXPECT_EQ(s.min, capture_time(kSecond)) << "not 1970";
  EXPECT_FALSE(s.damage);
}

// --- files ---

TEST(ScanFile, SaysWhatTheFileIs) {
  const TempDir dir;
  const Bytes plain = PcapBuilder().packet(kSecond, payload(60)).zeros(100).bytes();
  const Bytes stored = compress(io::Compression::kGzip, plain);
  const std::string path = dir.write("x", stored);
  const FileSummary s = scan_file(path);
  EXPECT_EQ(s.path, path);
  EXPECT_EQ(s.compression, io::Compression::kGzip);
  EXPECT_EQ(s.file_size_bytes, stored.size());
  EXPECT_EQ(s.plain_bytes, plain.size());
  EXPECT_EQ(s.padding_bytes, 100u) << "padding inside of the compressed bytes";
  EXPECT_GT(s.mtime_ns, 0);
}

TEST(ScanFile, ZerosBehindTheCompressedBytesAreNoDamage) {
  const TempDir dir;
  Bytes stored =
      compress(io::Compression::kGzip, PcapBuilder().packet(kSecond, payload(60)).bytes());
  stored.resize(stored.size() + 512);
  const FileSummary s = scan_file(dir.write("x", stored));
  EXPECT_EQ(s.packets, 1u);
  EXPECT_FALSE(s.damage) << s.damage->reason;
}

TEST(ScanFile, CutCompressionKeepsThePacketsBeforeIt) {
  const TempDir dir;
  PcapBuilder b;
  for (int i = 0; i < 1000; ++i) b.packet((i + 1) * kSecond, payload(100, static_cast<uint8_t>(i)));
  Bytes stored = compress(io::Compression::kGzip, b.bytes());
  stored.resize(stored.size() - 1);  // only its checksum is cut
  const FileSummary s = scan_file(dir.write("x", stored));
  EXPECT_EQ(s.packets, 1000u);
  ASSERT_TRUE(s.damage);
  EXPECT_EQ(s.damage->code, Errc::kTruncated);
}

TEST(ScanFile, FilesThatCannotBeReadAreDamagedAndNothingElse) {
  const TempDir dir;
  const FileSummary missing = scan_file(dir.path("missing"));
  ASSERT_TRUE(missing.damage);
  EXPECT_EQ(missing.damage->code, Errc::kNotFound);
  EXPECT_EQ(missing.packets, 0u);
  const FileSummary folder = scan_file(dir.make_folder("folder"));
  ASSERT_TRUE(folder.damage);
  const FileSummary text = scan_file(dir.write("text", "nothing of that kind\n"));
  ASSERT_TRUE(text.damage);
  EXPECT_EQ(text.damage->code, Errc::kUnsupported);
}

// While it exists, no file can be opened.
class NoDescriptors {
 public:
  NoDescriptors() {
    // UBSan needs descriptors when it first inspects an object of a class.
    static_cast<void>(errno_error(EMFILE, ""));
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(ScanFiles, AShortageOfDescriptorsIsTold) {
  const TempDir dir;
  const std::vector<std::string> paths = {dir.write("a", PcapBuilder().bytes())};
  ScanProgress progress;
  {
    const NoDescriptors none;
    static_cast<void>(scan_files(paths, 1, progress));
  }
  ASSERT_TRUE(progress.refused());
  EXPECT_EQ(progress.result().error().sys, EMFILE);
}

// A set with captures of all kinds.
std::vector<std::string> mixed_set(const TempDir& dir) {
  std::vector<std::string> paths;
  std::mt19937 random(7);  // NOLINT: the same every time
  for (size_t i = 0; i < 60; ++i) {
    PcapBuilder pcap({.big_endian = i % 2 == 0, .magic = i % 3 == 0 ? kMagicNanos : kMagicMicros});
    PcapngBuilder pcapng;
    pcapng.section({.big_endian = i % 2 == 1}).interface().interface({.link_type = 113});
    const size_t packets = random() % 3000;
    for (size_t n = 0; n < packets; ++n) {
      const auto time = static_cast<int64_t>(n * 1'000'000 + random() % 5'000'000);
      const Bytes data = payload(random() % 200, static_cast<uint8_t>(n));
      pcap.packet(time, data);
      pcapng.enhanced({.interface = static_cast<uint32_t>(n % 2),
                       .timestamp = static_cast<uint64_t>(time / 1000),
                       .data = data});
    }
    Bytes bytes = i % 4 == 0 ? pcapng.bytes() : pcap.bytes();
    if (i % 5 == 1) bytes.resize(bytes.size() - bytes.size() / 3);
    if (i % 7 == 3) bytes = compress(io::Compression::kGzip, bytes);
    if (i % 11 == 5) bytes = payload(100);
    paths.push_back(dir.write(fmt::format("{:03}", i), bytes));
  }
  paths.push_back(dir.path("missing"));
  return paths;
}

TEST(ScanFiles, TheResultDoesNotDependOnTheNumberOfWorkers) {
  const TempDir dir;
  const std::vector<std::string> paths = mixed_set(dir);
  ScanProgress first;
  const std::vector<FileSummary> alone = scan_files(paths, 1, first);
  uint64_t packets = 0;
  uint64_t bytes = 0;
  for (const FileSummary& s : alone) {
    packets += s.packets;
    bytes += s.file_size_bytes;
  }
  EXPECT_GT(packets, 10'000u);
  for (const unsigned workers : {0u, 2u, 3u, 8u, 100u}) {
    ScanProgress progress;
    const std::vector<FileSummary> summaries = scan_files(paths, workers, progress);
    ASSERT_EQ(summaries.size(), alone.size());
    for (size_t i = 0; i < alone.size(); ++i)
      ASSERT_EQ(describe(summaries[i]), describe(alone[i])) << workers << " workers";
    EXPECT_EQ(progress.files_done, paths.size());
    EXPECT_EQ(progress.packets, packets);
    EXPECT_EQ(progress.bytes_done, bytes);
  }
}

TEST(ScanFiles, NoFilesAreNoFiles) {
  ScanProgress progress;
  EXPECT_TRUE(scan_files({}, 4, progress).empty());
}

// --- stopping ---

TEST(ScanStop, FilesThatWereNotReadSaySo) {
  const TempDir dir;
  const std::vector<std::string> paths = mixed_set(dir);
  std::stop_source stop;
  stop.request_stop();
  ScanProgress progress;
  for (const FileSummary& s : scan_files(paths, 4, progress, stop.get_token())) {
    ASSERT_TRUE(s.damage);
    EXPECT_EQ(s.damage->code, Errc::kCancelled);
  }
  EXPECT_EQ(progress.files_done, paths.size());
}

// An endless capture that requests a stop.
class EndlessCapture final : public io::ByteSource {
 public:
  explicit EndlessCapture(std::stop_source stop) : stop_(std::move(stop)) {}
  Result<size_t> read(std::span<uint8_t> out) override {
    static const Bytes header = PcapBuilder().bytes();
    static const Bytes record = PcapBuilder().packet(kSecond, payload(0)).bytes();
    if (++reads_ == 10) stop_.request_stop();
    for (size_t i = 0; i < out.size(); ++i, ++offset_)
      out[i] = offset_ < 24 ? header[offset_] : record[24 + (offset_ - 24) % 16];
    return out.size();
  }

 private:
  std::stop_source stop_;
  size_t reads_ = 0;
  size_t offset_ = 0;
};

TEST(ScanStop, AFileIsLeftInItsMiddle) {
  std::stop_source stop;
  auto reader = capture::open_capture(std::make_unique<EndlessCapture>(stop));
  ASSERT_TRUE(reader);
  FileSummary s;
  ScanProgress progress;
  scan_capture(**reader, s, &progress, stop.get_token());
  ASSERT_TRUE(s.damage);
  EXPECT_EQ(s.damage->code, Errc::kCancelled);
  EXPECT_GT(s.packets, 0u);
  EXPECT_EQ(s.min, capture_time(kSecond)) << "what was read is counted";
  EXPECT_EQ(progress.packets, s.packets);
}

}  // namespace
}  // namespace gophercap::dataset
