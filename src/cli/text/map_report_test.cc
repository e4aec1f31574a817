#include "cli/text/map_report.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/text/escape.h"
#include "cli/text/lines_for_test.h"

namespace gophercap::cli {
namespace {

using dataset::FileSummary;
using namespace std::chrono_literals;

constexpr int64_t kNoon = 1'601'294'400'000'000'000;  // 2020-09-28 12:00:00

FileSummary file(std::string path, uint64_t packets = 1000) {
  FileSummary f;
  f.path = std::move(path);
  f.format = capture::Format::kPcap;
  f.packets = packets;
  f.captured_bytes = packets * 100;
  f.wire_bytes = packets * 100;
  f.max_captured_bytes = 100;
  if (packets > 0) {
    f.link_types = {{1, packets}};
    f.min = f.first = capture_time(kNoon);
    f.max = f.last = capture_time(kNoon) + 90min + 250ms;
  }
  return f;
}

jobs::MapResult result_of(std::vector<FileSummary> files) {
  jobs::MapResult result;
  result.set.files = std::move(files);
  result.set.beginning = capture_time(kNoon);
  result.set.end = capture_time(kNoon) + 90min + 250ms;
  result.set.overlap_depth = 2;
  result.elapsed = 2s;
  result.stored_bytes = 3'000'000'000;
  return result;
}

constexpr TextOptions kPipe{false, 80};
constexpr TextOptions kTerminal{true, 100};

TEST(MapReport, RowsAndTotals) {
  FileSummary damaged = file("b.pcapng.gz", 2000);
  damaged.format = capture::Format::kPcapng;
  damaged.compression = io::Compression::kGzip;
  damaged.out_of_order = 3;
  damaged.packets_cut = 7;
  damaged.damage = capture::Damage{1218, Errc::kTruncated, "ends inside a record"};
  const std::string text =
      map_report(result_of({file("a.pcap"), damaged, file("c.pcap", 0)}), "/tmp/d.json", kPipe);
  const std::vector<std::string> lines = lines_of(text);
  // clang-format off
  EXPECT_EQ(lines[0], "FILE         FORMAT       PACKETS   BYTES  BEGINNING (UTC)      DURATION  UNORDERED  NOTES");
  EXPECT_EQ(lines[1], "a.pcap       pcap           1,000  100 kB  2020-09-28 12:00:00   1h30m0s          -");
  EXPECT_EQ(lines[2], "b.pcapng.gz  pcapng+gzip    2,000  200 kB  2020-09-28 12:00:00   1h30m0s          3  damaged, snaplen");
  EXPECT_EQ(lines[3], "c.pcap       pcap               0     0 B  -                           -          -  empty");
  // clang-format on
  EXPECT_TRUE(contains(text, "\nfiles       3 (1 damaged, 1 empty)\n")) << text;
  EXPECT_TRUE(contains(text, "\npackets     3,000 (3 out of order, 7 cut by the snap length)\n"))
      << text;
  EXPECT_TRUE(contains(text, "\nbytes       300 kB captured, 300 kB on the wire, 3.00 GB stored\n"))
      << text;
  EXPECT_TRUE(
      contains(text, "\nbeginning   2020-09-28T12:00:00Z\nend         2020-09-28T13:30:00.25Z\n"))
      << text;
  EXPECT_TRUE(contains(text, "\noverlap     up to 2 files at once\n")) << text;
  EXPECT_TRUE(contains(text, "\nlink types  ETHERNET 3,000\n")) << text;
  EXPECT_TRUE(contains(text, "\ntook        2s, 1.50 GB/s\n")) << text;
  EXPECT_TRUE(contains(text, "\ndump        /tmp/d.json\n")) << text;
  EXPECT_TRUE(contains(text, "\n  b.pcapng.gz: byte 1218: ends inside a record\n")) << text;
  EXPECT_FALSE(contains(text, "Notes:")) << text;
}

TEST(MapReport, NamesCannotTouchTheTerminal) {
  FileSummary evil = file("a\x1b[2J\n\xff.pcap");
  evil.damage = capture::Damage{0, Errc::kCorrupt, "bad \x07"};
  const std::string text = map_report(result_of({evil}), "d\x1b", kTerminal);
  EXPECT_TRUE(contains(text, "a\\x1b[2J\\n\\xff.pcap"));
  for (const char c : text)
    EXPECT_TRUE(c == '\n' || static_cast<uint8_t>(c) >= 0x20) << static_cast<int>(c);
}

TEST(MapReport, LongAndWideNamesFitTheTerminal) {
  const std::string text =
      map_report(result_of({file("/data/" + std::string(300, 'x') + "/end.pcap"),
                            file("日本語のとても長いファイル名です/結果/データ.pcap"), file("s")}),
                 "", {true, 100});
  const std::vector<std::string> lines = lines_of(text);
  for (size_t i = 0; i < 4; ++i) EXPECT_LE(display_width(lines[i]), 100U) << lines[i];
  EXPECT_TRUE(contains(lines[1], "…")) << lines[1];
  EXPECT_TRUE(contains(lines[1], "end.pcap")) << lines[1];
  // All rows have the same columns.
  const auto format_column = [&](size_t i) {
    return display_width(lines[i].substr(0, lines[i].rfind(" pcap ")));
  };
  EXPECT_EQ(format_column(1), format_column(3));
  EXPECT_EQ(format_column(2), format_column(3));
  const std::string piped =
      map_report(result_of({file("/data/" + std::string(300, 'x') + "/end.pcap")}), "", kPipe);
  EXPECT_FALSE(contains(piped, "…")) << "whole names where nobody looks";
}

TEST(MapReport, LargeSetsShowTheLargestOnATerminalAndAllInAPipe) {
  std::vector<FileSummary> files;
  for (uint64_t i = 0; i < 50; ++i) files.push_back(file(fmt::format("f{:02}.pcap", i), i + 1));
  const auto rows = [](const std::string& text) {
    return std::ranges::count_if(lines_of(text), [](const std::string& line) {
      return line.starts_with("f") && contains(line, ".pcap ");
    });
  };
  const std::string terminal = map_report(result_of(files), "", kTerminal);
  EXPECT_EQ(rows(terminal), 10);
  EXPECT_TRUE(terminal.starts_with("The 10 largest of 50 files")) << terminal;
  EXPECT_TRUE(contains(terminal, "f49.pcap"));
  EXPECT_FALSE(contains(terminal, "f00.pcap"));
  EXPECT_EQ(rows(map_report(result_of(files), "", kPipe)), 50);
  files.resize(40);
  EXPECT_EQ(rows(map_report(result_of(files), "", kTerminal)), 40);
}

TEST(MapReport, LongDamageListsAreCutOnATerminalOnly) {
  std::vector<FileSummary> files;
  for (int i = 0; i < 25; ++i) {
    files.push_back(file(fmt::format("f{:02}.pcap", i)));
    files.back().damage = capture::Damage{7, Errc::kCorrupt, "broken"};
  }
  EXPECT_TRUE(contains(map_report(result_of(files), "", kTerminal), "\n  … and 5 files more\n"));
  EXPECT_TRUE(contains(map_report(result_of(files), "", kPipe), "f24.pcap: byte 7: broken"));
}

TEST(MapReport, Notes) {
  FileSummary f = file("a.pcap");
  f.link_types = {{1, 900}, {101, 60}, {9999, 40}};
  f.largest_gap = 2h;
  f.largest_step_back = 5min;
  f.packets_above_1514 = 3;
  f.max_captured_bytes = 9014;
  f.packets_without_time = 1;
  f.packets_fraction_carried = 2;
  f.packets_captured_above_original = 4;
  f.padding_bytes = 512;
  const std::string text = map_report(result_of({file("b.pcap"), f}), "", kPipe);
  EXPECT_TRUE(contains(text, "\nlink types  ETHERNET 1,900, RAW 60, link type 9999 40\n")) << text;
  EXPECT_TRUE(contains(text, "a gap of 2h0m0s without packets in a.pcap\n")) << text;
  EXPECT_TRUE(contains(text, "time steps back by 5m0s in a.pcap")) << text;
  EXPECT_TRUE(contains(text,
                       "3 packets longer than 1514 bytes, the longest 9014: replay needs an "
                       "interface with an MTU of 9000\n"))
      << text;
  f.max_captured_bytes = 1518;
  EXPECT_TRUE(contains(map_report(result_of({f}), "", kPipe),
                       "the longest 1518: replay needs an interface with an MTU of 1504, or 1500 "
                       "for those with a VLAN tag\n"));
  EXPECT_TRUE(contains(text, "100 packets not Ethernet")) << text;
  EXPECT_TRUE(contains(text, "1 packet without a time")) << text;
  EXPECT_TRUE(contains(text, "2 packets whose fraction")) << text;
  EXPECT_TRUE(contains(text, "4 packets captured longer")) << text;
  EXPECT_TRUE(contains(text, "512 B of zeros after the last packet of 1 file")) << text;
  EXPECT_EQ(lines_of(map_report(result_of({}), "", kPipe)).front(), "files      0")
      << "no table without files";
}

TEST(MapReport, InterruptedShowsTotalsOnly) {
  jobs::MapResult result = result_of({file("a.pcap")});
  result.interrupted = true;
  EXPECT_TRUE(map_report(result, "", kPipe).starts_with("files "));
}

TEST(MapReport, ATerminalNamesTheCommonFolderOnce) {
  const std::string text =
      map_report(result_of({file("/data/x/a.pcap"), file("/data/x/b/c.pcap")}), "", {true, 80});
  EXPECT_TRUE(text.starts_with("In /data/x/:\nFILE ")) << text;
  EXPECT_TRUE(contains(text, "\nb/c.pcap ")) << text;
  EXPECT_TRUE(
      contains(map_report(result_of({file("/data/x/a.pcap"), file("/data/x/b/c.pcap")}), "", kPipe),
               "\n/data/x/a.pcap "));
  EXPECT_TRUE(contains(map_report(result_of({file("/a.pcap"), file("/b.pcap")}), "", kTerminal),
                       "\n/b.pcap "));
  EXPECT_TRUE(contains(map_report(result_of({file("d/ab.pcap"), file("d/ac.pcap")}), "", kTerminal),
                       "In d/:\n"));
}

}  // namespace
}  // namespace gophercap::cli
