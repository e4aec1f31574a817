#include "dataset/dump/dump.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <span>
#include <sstream>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/characters.h"
#include "testing/compress.h"
#include "testing/pcap_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::dataset {
namespace {

using nlohmann::ordered_json;
using testing::read_file;
using testing::TempDir;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kBase = 1'601'280'000 * kSecond;  // 2020-09-28T08:00:00Z

FileSummary timed_file(const std::string& path, int64_t min, int64_t max, uint64_t packets) {
  FileSummary file;
  file.path = path;
  file.format = capture::Format::kPcap;
  file.link_types = {{1, packets}};
  file.interfaces = file.sections = 1;
  file.packets = packets;
  file.captured_bytes = packets * 100;
  file.max_captured_bytes = 100;
  file.first = file.min = capture_time(min);
  file.last = file.max = capture_time(max);
  return file;
}

FileSummary empty_file(const std::string& path) {
  FileSummary file;
  file.path = path;
  return file;
}

DatasetSummary set_of(std::vector<FileSummary> files) {
  DatasetSummary set;
  set.files = std::move(files);
  summarize(set);
  return set;
}

class RandomSummaries {
 public:
  explicit RandomSummaries(unsigned seed) : random_(seed) {}

  DatasetSummary set() {
    DatasetSummary set;
    for (size_t i = random_() % 6; i > 0; --i) set.files.push_back(file(i));
    std::sort(set.files.begin(), set.files.end(),
              [](const FileSummary& a, const FileSummary& b) { return a.path < b.path; });
    summarize(set);
    return set;
  }

 private:
  uint64_t count() { return random_() >> (1 + random_() % 63); }
  uint32_t small() { return static_cast<uint32_t>(random_() >> (32 + random_() % 32)); }
  CaptureTime time() {
    const auto ns = static_cast<int64_t>(random_());
    return capture_time(random_() % 4 == 0 ? ns : kBase + ns % kSecond);
  }
  std::string bytes(size_t n) {
    std::string text(n, '\0');
    for (char& c : text) c = static_cast<char>(1 + random_() % (random_() % 2 == 0 ? 126 : 255));
    return text;
  }

  FileSummary file(size_t number) {
    FileSummary f;
    f.path = std::to_string(number) + bytes(random_() % 20);
    f.format = static_cast<capture::Format>(random_() % 8);
    f.compression = static_cast<io::Compression>(random_() % 6);
    for (size_t i = random_() % 4; i > 0; --i) f.link_types.push_back({small(), count()});
    f.packets = random_() % 4 == 0 ? 0 : count();
    if (random_() % 3 != 0) {
      const CaptureTime a = time();
      const CaptureTime b = time();
      f.first = std::min(a, b);
      f.last = std::max(a, b);
      f.min = std::min({a, b, random_() % 2 == 0 ? a : time()});
      f.max = std::max({a, b, random_() % 2 == 0 ? b : time()});
    }
    for (uint64_t FileSummary::*m :
         {&FileSummary::captured_bytes, &FileSummary::wire_bytes, &FileSummary::plain_bytes,
          &FileSummary::out_of_order, &FileSummary::largest_step_back_packets,
          &FileSummary::clock_steps_back, &FileSummary::packets_behind_step,
          &FileSummary::packets_above_1514, &FileSummary::packets_above_1518,
          &FileSummary::packets_above_9014, &FileSummary::packets_cut,
          &FileSummary::packets_without_time, &FileSummary::packets_fraction_carried,
          &FileSummary::packets_captured_above_original, &FileSummary::padding_bytes,
          &FileSummary::file_size_bytes}) {
      f.*m = count();
    }
    f.interfaces = small();
    f.sections = small();
    f.snap_length = small();
    f.max_captured_bytes = small();
    f.largest_step_back = Nanos(static_cast<int64_t>(count()));
    f.largest_gap = Nanos(static_cast<int64_t>(count()));
    if (random_() % 2 == 0) f.largest_gap_from = time();
    if (random_() % 2 == 0) f.first_step_back_from = time();
    f.mtime_ns = static_cast<int64_t>(random_());
    if (random_() % 3 == 0) {
      f.damage = capture::Damage{count(), static_cast<Errc>(random_() % 10), "p\n\"17\": \xc3\xa4"};
    }
    return f;
  }

  std::mt19937_64 random_;
};

void expect_equal(const FileSummary& a, const FileSummary& b) {
  EXPECT_EQ(a.path, b.path);
  EXPECT_EQ(a.format, b.format);
  EXPECT_EQ(a.compression, b.compression);
  EXPECT_EQ(a.link_types, b.link_types);
  EXPECT_EQ(a.interfaces, b.interfaces);
  EXPECT_EQ(a.sections, b.sections);
  EXPECT_EQ(a.snap_length, b.snap_length);
  EXPECT_EQ(a.packets, b.packets);
  EXPECT_EQ(a.captured_bytes, b.captured_bytes);
  EXPECT_EQ(a.wire_bytes, b.wire_bytes);
  EXPECT_EQ(a.plain_bytes, b.plain_bytes);
  EXPECT_EQ(a.max_captured_bytes, b.max_captured_bytes);
  EXPECT_EQ(a.first, b.first);
  EXPECT_EQ(a.last, b.last);
  EXPECT_EQ(a.min, b.min);
  EXPECT_EQ(a.max, b.max);
  EXPECT_EQ(a.out_of_order, b.out_of_order);
  EXPECT_EQ(a.largest_step_back, b.largest_step_back);
  EXPECT_EQ(a.largest_step_back_packets, b.largest_step_back_packets);
  EXPECT_EQ(a.largest_gap, b.largest_gap);
  EXPECT_EQ(a.largest_gap_from, b.largest_gap_from);
  EXPECT_EQ(a.clock_steps_back, b.clock_steps_back);
  EXPECT_EQ(a.first_step_back_from, b.first_step_back_from);
  EXPECT_EQ(a.packets_behind_step, b.packets_behind_step);
  EXPECT_EQ(a.packets_above_1514, b.packets_above_1514);
  EXPECT_EQ(a.packets_above_1518, b.packets_above_1518);
  EXPECT_EQ(a.packets_above_9014, b.packets_above_9014);
  EXPECT_EQ(a.packets_cut, b.packets_cut);
  EXPECT_EQ(a.packets_without_time, b.packets_without_time);
  EXPECT_EQ(a.packets_fraction_carried, b.packets_fraction_carried);
  EXPECT_EQ(a.packets_captured_above_original, b.packets_captured_above_original);
  EXPECT_EQ(a.padding_bytes, b.padding_bytes);
  EXPECT_EQ(a.file_size_bytes, b.file_size_bytes);
  EXPECT_EQ(a.mtime_ns, b.mtime_ns);
  ASSERT_EQ(a.damage.has_value(), b.damage.has_value());
  if (a.damage) {
    EXPECT_EQ(a.damage->offset_bytes, b.damage->offset_bytes);
    EXPECT_EQ(a.damage->code, b.damage->code);
    EXPECT_EQ(a.damage->reason, b.damage->reason);
  }
}

TEST(DumpTest, EveryKeyOfTheOriginalWithItsType) {
  DatasetSummary set = set_of({timed_file("a.pcap", kBase, kBase + 2 * kSecond, 5),
                               timed_file("b.pcap", kBase + kSecond / 4, kBase + kSecond, 1),
                               empty_file("empty.pcap")});
  set.files[0].snap_length = 0xffffffff;
  const ordered_json json = ordered_json::parse(dump_to_json(set));
  EXPECT_EQ(json["gophercap_dump_version"], 1);
  EXPECT_EQ(json["beginning"], "2020-09-28T08:00:00Z");
  EXPECT_EQ(json["end"], "2020-09-28T08:00:02Z");
  EXPECT_EQ(json["overlap_depth"], 2);
  ASSERT_EQ(json["files"].size(), 3u);
  for (const ordered_json& file : json["files"]) {
    for (const char* key : {"path", "duration_human", "delay_human", "beginning", "end"}) {
      EXPECT_TRUE(file.at(key).is_string()) << key;
    }
    for (const char* key :
         {"snaplen", "packets", "size", "max_packet_size", "out_of_order", "duration", "delay"}) {
      EXPECT_TRUE(file.at(key).is_number_integer()) << key;
    }
    EXPECT_TRUE(file.at("pps").is_number());
    EXPECT_LE(file.at("snaplen").get<uint64_t>(), 0xffffffffu);
    // The original's loader requires times inside those of the set, and no zero time.
    EXPECT_GE(file.at("beginning").get<std::string>().substr(0, 19), "2020-09-28T08:00:00");
    EXPECT_LE(file.at("end").get<std::string>().substr(0, 19), "2020-09-28T08:00:02");
  }
  EXPECT_EQ(json["files"][0]["pps"], 2.5);
  EXPECT_EQ(json["files"][0]["duration"], 2'000'000'000);
  EXPECT_EQ(json["files"][0]["duration_human"], "2s");
  EXPECT_EQ(json["files"][0]["delay"], 0);
  EXPECT_EQ(json["files"][0]["delay_human"], "0s");
  EXPECT_EQ(json["files"][1]["beginning"], "2020-09-28T08:00:00.25Z");
  EXPECT_EQ(json["files"][1]["delay"], 250'000'000);
  EXPECT_EQ(json["files"][1]["delay_human"], "250ms");
}

TEST(DumpTest, NewKeys) {
  FileSummary file = timed_file("a", kBase, kBase, 1);
  file.link_types = {{1, 1}, {20000, 0}};
  file.damage = capture::Damage{1234, Errc::kTruncated, "packet 2: record header"};
  file.mtime_ns = kBase + 5;
  const ordered_json json = ordered_json::parse(dump_to_json(set_of({file})));
  const ordered_json& out = json["files"][0];
  EXPECT_EQ(out["format"], "pcap");
  EXPECT_EQ(out["compression"], "none");
  EXPECT_EQ(out["link_types"],
            ordered_json::parse(R"([{"link_type": 1, "name": "ETHERNET", "packets": 1},
                                    {"link_type": 20000, "packets": 0}])"));
  EXPECT_EQ(out["first"], "2020-09-28T08:00:00Z");
  EXPECT_EQ(out["mtime"], "2020-09-28T08:00:00.000000005Z");
  EXPECT_EQ(out["damage"], ordered_json::parse(R"({"offset_bytes": 1234, "code": "truncated",
                                                  "reason": "packet 2: record header"})"));
  EXPECT_FALSE(out.contains("empty"));
  EXPECT_FALSE(out.contains("path_hex"));
}

// One packet, or several with the same time: the original wrote +Inf, which is not valid JSON, and
// lost the whole set.
TEST(DumpTest, NoDurationIsNoInfiniteRate) {
  const ordered_json json =
      ordered_json::parse(dump_to_json(set_of({timed_file("a", kBase, kBase, 1000)})));
  EXPECT_EQ(json["files"][0]["pps"], 0);
  EXPECT_EQ(json["files"][0]["duration"], 0);
  EXPECT_EQ(json["files"][0]["end"], json["files"][0]["beginning"]);
}

TEST(DumpTest, FilesWithoutTimesStandAtTheBeginning) {
  FileSummary untimed;
  untimed.path = "u";
  untimed.packets = untimed.packets_without_time = 7;
  const DatasetSummary set =
      set_of({timed_file("a", kBase, kBase + kSecond, 2), empty_file("e"), untimed});
  const ordered_json json = ordered_json::parse(dump_to_json(set));
  for (const size_t i : {1u, 2u}) {
    EXPECT_EQ(json["files"][i]["beginning"], "2020-09-28T08:00:00Z");
    EXPECT_EQ(json["files"][i]["end"], "2020-09-28T08:00:00Z");
    EXPECT_FALSE(json["files"][i].contains("first"));
  }
  EXPECT_EQ(json["files"][1]["empty"], true);
  EXPECT_EQ(json["files"][1]["packets"], 0);
  EXPECT_FALSE(json["files"][2].contains("empty"));

  const Result<Dump> back = dump_from_json(dump_to_json(set));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_FALSE(back->set.files[1].min);
  EXPECT_FALSE(back->set.files[2].first);
  EXPECT_EQ(back->set.files[2].packets, 7u);
}

TEST(DumpTest, SetWithoutAnyTime) {
  const DatasetSummary set = set_of({empty_file("e")});
  const ordered_json json = ordered_json::parse(dump_to_json(set));
  EXPECT_EQ(json["beginning"], "1970-01-01T00:00:00Z");
  EXPECT_EQ(json["end"], "1970-01-01T00:00:00Z");
  EXPECT_EQ(json["files"][0]["beginning"], "1970-01-01T00:00:00Z");
  const Result<Dump> back = dump_from_json(dump_to_json(set));
  ASSERT_TRUE(back);
  EXPECT_FALSE(back->set.beginning);
  EXPECT_FALSE(back->set.end);
}

TEST(DumpTest, TimesAtTheEndsOfTheRangeDoNotOverflow) {
  const int64_t min = std::numeric_limits<int64_t>::min();
  const int64_t max = std::numeric_limits<int64_t>::max();
  const DatasetSummary set = set_of({timed_file("a", min, max, 2), timed_file("b", max, max, 1)});
  const ordered_json json = ordered_json::parse(dump_to_json(set));
  EXPECT_EQ(json["files"][0]["duration"], max);
  EXPECT_EQ(json["files"][1]["delay"], max);
  const Result<Dump> back = dump_from_json(dump_to_json(set));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back->set.files[0].min, capture_time(min));
  EXPECT_EQ(back->set.end, capture_time(max));
}

TEST(DumpTest, PathsAreBytes) {
  for (const char* path : {"plain", "a\nb", "\xff.pcap", "\xc3\xa4", "q\"uote\\", "\xef\xbf\xbd",
                           "\xef\xbf\xbd\xfe", "\xed\xa0\x80", "\x1b[31m"}) {
    const std::string text = dump_to_json(set_of({timed_file(path, kBase, kBase, 1)}));
    ASSERT_TRUE(ordered_json::accept(text));
    const Result<Dump> back = dump_from_json(text);
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(back->set.files[0].path, path);
  }
  const ordered_json json = ordered_json::parse(dump_to_json(set_of({empty_file("\xff/a")})));
  EXPECT_EQ(json["files"][0]["path"], "\xef\xbf\xbd/a");
  EXPECT_EQ(json["files"][0]["path_hex"], "ff2f61");
}

// The reference writer uses other exponents for floating point numbers.
std::string without_rates(const std::string& text) {
  std::string kept;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("      \"pps\": ")) kept += line + '\n';
  }
  return kept;
}

TEST(DumpTest, ABombIsRefused) {
  std::string text = R"({"files": [)";
  text.resize(size_t{66} << 20, ' ');
  const std::span<const uint8_t> plain(static_cast<const uint8_t*>(static_cast<void*>(text.data())),
                                       text.size());
  const testing::TempDir dir;
  const std::string path = dir.write("bomb.json.zst", testing::zstd_frames(plain, text.size(), {}));
  const Result<Dump> dump = read_dump(path);
  ASSERT_FALSE(dump);
  EXPECT_EQ(dump.error().code, Errc::kUnsupported);
  EXPECT_TRUE(dump.error().what.starts_with(path + ": expands to more than 100 times its size"))
      << dump.error().what;
}

TEST(DumpTest, WhatIsNoDumpIsRefusedBeforeItIsRead) {
  for (const auto& [path, words] : {std::pair("/dev/zero", "is a device, not a dump"),
                                    {"/proc/version", "is generated by the kernel"}}) {
    const Result<Dump> dump = read_dump(path);
    ASSERT_FALSE(dump);
    EXPECT_EQ(dump.error().code, Errc::kUnsupported);
    EXPECT_NE(dump.error().what.find(words), std::string::npos) << dump.error().what;
  }
  const testing::TempDir dir;
  const std::string path = (dir.path() / "holes.json").string();
  { std::ofstream file(path); }
  std::filesystem::resize_file(path, uint64_t{5} << 30);
  EXPECT_EQ(read_dump(path).error().what, path + ": larger than 4 GiB");
  std::filesystem::resize_file(path, uint64_t{1} << 30);
  EXPECT_EQ(read_dump(path).error().what, path + ": not a dump: expected an object");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(read_dump(path, stop.get_token()).error().code, Errc::kCancelled);
}

TEST(DumpTest, RandomSetsReadBackAndAreFormattedAsByTheOracle) {
  RandomSummaries random(17);
  for (int round = 0; round < 500; ++round) {
    const DatasetSummary set = random.set();
    const std::string text = dump_to_json(set);
    ASSERT_EQ(without_rates(escape_json(ordered_json::parse(text).dump(2)) + "\n"),
              without_rates(text));
    const Result<Dump> back = dump_from_json(text);
    ASSERT_TRUE(back) << back.error().what << text;
    EXPECT_TRUE(back->ours);
    EXPECT_EQ(back->set.beginning, set.beginning);
    EXPECT_EQ(back->set.end, set.end);
    EXPECT_EQ(back->set.overlap_depth, set.overlap_depth);
    ASSERT_EQ(back->set.files.size(), set.files.size());
    for (size_t i = 0; i < set.files.size(); ++i) expect_equal(back->set.files[i], set.files[i]);
    if (HasFailure()) FAIL() << text;
  }
}

TEST(DumpFileTest, WritesWhatDumpToJsonGives) {
  const TempDir dir;
  std::vector<FileSummary> files;
  for (int i = 10000; i < 13000; ++i) {  // several blocks of text
    files.push_back(timed_file("f" + std::to_string(i), kBase + i, kBase + 2 * i, 3));
  }
  const DatasetSummary set = set_of(std::move(files));
  const std::string path = dir.path("d.json");
  ASSERT_TRUE(write_dump(set, path));
  const std::string expected = dump_to_json(set);
  EXPECT_TRUE(read_file(path) == std::vector<uint8_t>(expected.begin(), expected.end()));
  const Result<Dump> back = read_dump(path);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back->set.files.size(), 3000u);
  EXPECT_EQ(dir.names().size(), 1u);
}

TEST(DumpFileTest, ACompressedDumpReadsAsWell) {
  const TempDir dir;
  const DatasetSummary set = set_of({timed_file("a.pcap", kBase, kBase + kSecond, 2)});
  const std::string text = dump_to_json(set);
  const std::vector<uint8_t> plain(text.begin(), text.end());
  const std::vector<uint8_t> packed = testing::compress(io::Compression::kZstd, plain);
  const Result<Dump> back = read_dump(dir.write("d.json.zst", packed));
  ASSERT_TRUE(back) << back.error().what;
  expect_equal(back->set.files[0], set.files[0]);
  // Cut by a byte: the error of the codec, with the path.
  const std::string cut = dir.write("cut.zst", std::span(packed).first(packed.size() - 1));
  const Result<Dump> damaged = read_dump(cut);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().what.rfind(cut), 0u) << damaged.error().what;
}

TEST(DumpFileTest, ErrorsNameThePathOnce) {
  const TempDir dir;
  const auto message = [](const Result<Dump>& dump) { return dump ? "" : dump.error().what; };
  const std::string none = dir.path("none.json");
  ASSERT_FALSE(read_dump(none));
  EXPECT_EQ(read_dump(none).error().code, Errc::kNotFound);
  EXPECT_EQ(read_dump(none).error().cause, Cause::kNoDump);
  EXPECT_EQ(message(read_dump(none)).find(none), 0u);
  EXPECT_EQ(message(read_dump(none)).rfind(none), 0u);
  const std::string broken = dir.write("broken.json", "{");
  EXPECT_EQ(read_dump(broken).error().code, Errc::kCorrupt);
  EXPECT_EQ(message(read_dump(broken)).find(broken + ": "), 0u);
  EXPECT_EQ(read_dump(broken).error().cause, Cause::kOther);
  const std::string pcap = dir.write("a.pcap", testing::PcapBuilder().bytes());
  EXPECT_EQ(message(read_dump(pcap)), pcap + ": not a dump but a pcap capture");
  EXPECT_EQ(read_dump(pcap).error().cause, Cause::kCaptureAsDump);
  EXPECT_EQ(write_dump({}, dir.path("none/d.json")).error().code, Errc::kNotFound);
  EXPECT_EQ(write_dump({}, "/dev/full").error().code, Errc::kNoSpace);
}

TEST(DumpFileTest, StillValid) {
  const TempDir dir;
  FileSummary file;
  file.path = dir.write("a.pcap", "12345");
  struct stat facts {};
  ASSERT_EQ(stat(file.path.c_str(), &facts), 0);
  file.file_size_bytes = 5;
  file.mtime_ns = facts.st_mtim.tv_sec * kSecond + facts.st_mtim.tv_nsec;
  EXPECT_TRUE(still_valid(file));
  file.file_size_bytes = 6;
  EXPECT_FALSE(still_valid(file));
  file.file_size_bytes = 5;
  file.mtime_ns += 1;
  EXPECT_FALSE(still_valid(file));
  file.path = dir.path("none");
  EXPECT_FALSE(still_valid(file));
  file.path = dir.path();
  EXPECT_FALSE(still_valid(file));
}

}  // namespace
}  // namespace gophercap::dataset
