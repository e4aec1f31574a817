// Compares real captures with the figures of an independent parser. GOPHERCAP_CORPUS names the
// folder with the captures and their tables (tests/data/README.md); without it the test is skipped.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/worker_pool.h"
#include "dataset/scan/scan.h"
#include "testing/temp_dir.h"

namespace gophercap::dataset {
namespace {

using Row = std::map<std::string, std::string>;

// Differences from the table with their reasons; SPEC decides.
struct Exception {
  std::string_view file;
  std::string_view column;
  std::string_view ours;
  std::string_view reason;
};
constexpr std::string_view kNoFit = "a time outside of 64-bit nanoseconds is no time";
constexpr std::string_view kPadding = "a tail of zeros is padding, neither packets nor damage";
constexpr std::string_view kNegative = "a fraction that is negative is taken as that";
constexpr std::string_view kNegativeFraction =
    "malformed-truncated/clusterfuzz-testcase-minimized-FuzzTarget-4981601846820864";
constexpr Exception kExceptions[] = {
    {kNegativeFraction, "first_ns", "4294967071999999000", kNegative},
    {kNegativeFraction, "last_ns", "4294967071999999000", kNegative},
    {kNegativeFraction, "min_ns", "4294967071999999000", kNegative},
    {kNegativeFraction, "max_ns", "4294967071999999000", kNegative},
    {"compressed/pcapng-example.pcapng.zst", "last_ns", "1422528033092194163", kNoFit},
    {"compressed/pcapng-example.pcapng.zst", "max_ns", "2894531997938836488", kNoFit},
    {"compressed/pcapng-example.pcapng.zst", "no_ts", "100", kNoFit},
    {"nanosecond/packets.merged.pcapng", "max_ns", "1510160620718338614", kNoFit},
    {"nanosecond/packets.merged.pcapng", "no_ts", "4", kNoFit},
    {"pcapng/dhcp_little_endian.pcapng", "first_ns", "", kNoFit},
    {"pcapng/dhcp_little_endian.pcapng", "last_ns", "", kNoFit},
    {"pcapng/dhcp_little_endian.pcapng", "min_ns", "", kNoFit},
    {"pcapng/dhcp_little_endian.pcapng", "max_ns", "", kNoFit},
    {"pcapng/dhcp_little_endian.pcapng", "no_ts", "4", kNoFit},
    {"pcapng/smb_data_print-segv.pcapng", "last_ns", "1480520108641033000", kNoFit},
    {"pcapng/smb_data_print-segv.pcapng", "max_ns", "1480520108641033000", kNoFit},
    {"pcapng/smb_data_print-segv.pcapng", "no_ts", "1", kNoFit},
    {"tarballs/tcpdump-captures.tar.gz!tcpdump-4.99.3/tests/smb_data_print-segv.pcapng", "last_ns",
     "1480520108641033000", kNoFit},
    {"tarballs/tcpdump-captures.tar.gz!tcpdump-4.99.3/tests/smb_data_print-segv.pcapng", "max_ns",
     "1480520108641033000", kNoFit},
    {"tarballs/tcpdump-captures.tar.gz!tcpdump-4.99.3/tests/smb_data_print-segv.pcapng", "no_ts",
     "1", kNoFit},
    {"malformed-truncated/clusterfuzz-testcase-minimized-FuzzTarget-5757531338309632", "damaged",
     "no", kPadding},
    {"tarballs/tcpdump-captures.tar.gz!tcpdump-4.99.3/tests/bgp_vpn_rt-oobr.pcap", "packets", "24",
     kPadding},
    {"tarballs/tcpdump-captures.tar.gz!tcpdump-4.99.3/tests/bgp_vpn_rt-oobr.pcap", "last_ns",
     "254000000000", kPadding},
    {"tarballs/tcpdump-captures.tar.gz!tcpdump-4.99.3/tests/bgp_vpn_rt-oobr.pcap", "backsteps", "4",
     kPadding},
    {"tarballs/tcpdump-captures.tar.gz!tcpdump-4.99.3/tests/vtp_asan.pcap", "last_ns",
     "1677721600000", kPadding},
    {"tarballs/tcpdump-captures.tar.gz!tcpdump-4.99.3/tests/vtp_asan.pcap", "backsteps", "1",
     kPadding},
    {"tarballs/tcpdump-captures.tar.gz!tcpdump-4.99.3/tests/vtp_asan.pcap", "packets", "4",
     kPadding},
};

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> fields;
  size_t from = 0;
  for (size_t at; (at = line.find(separator, from)) != std::string::npos; from = at + 1)
    fields.push_back(line.substr(from, at - from));
  fields.push_back(line.substr(from));
  return fields;
}

std::vector<Row> read_table(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::string line;
  std::getline(in, line);
  const std::vector<std::string> columns = split(line, '\t');
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    const std::vector<std::string> fields = split(line, '\t');
    EXPECT_GE(columns.size(), fields.size()) << line;
    Row row;
    for (size_t i = 0; i < fields.size(); ++i) row[columns.at(i)] = fields[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

bool is_capture(const Row& row) {
  return row.at("format").rfind("pcap", 0) == 0;
}

std::string text(const std::optional<CaptureTime>& time) {
  return time ? std::to_string(ns_of(*time)) : std::string();
}

std::vector<std::pair<std::string, std::string>> figures(const FileSummary& s) {
  return {{"packets", std::to_string(s.packets)},
          {"caplen_sum", std::to_string(s.captured_bytes)},
          {"len_sum", std::to_string(s.wire_bytes)},
          {"caplen_max", std::to_string(s.max_captured_bytes)},
          {"first_ns", text(s.first)},
          {"last_ns", text(s.last)},
          {"min_ns", text(s.min)},
          {"max_ns", text(s.max)},
          {"backsteps", std::to_string(s.out_of_order)},
          {"no_ts", std::to_string(s.packets_without_time)},
          {"bad_frac", std::to_string(s.packets_fraction_carried)},
          {"caplen_gt_len", std::to_string(s.packets_captured_above_original)}};
}

// "yes" if there is any damage, because the words for reasons differ.
std::string damaged(const Row& row) {
  return row.at("error").empty() && row.at("truncated") != "1" ? "no" : "yes";
}

class Corpus : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("GOPHERCAP_CORPUS");
    if (folder == nullptr || *folder == '\0') GTEST_SKIP() << "GOPHERCAP_CORPUS is not set";
    folder_ = folder;
  }
  std::string in_corpus(const std::string& name) const { return folder_ + "/" + name; }

  // Scans `paths`, one for each of `rows`, and reports every figure that differs from the table.
  static void hold(const std::vector<Row>& rows, const std::vector<std::string>& paths) {
    ScanProgress progress;
    const std::vector<FileSummary> summaries = scan_files(paths, cpu_count(), progress);
    ASSERT_EQ(summaries.size(), rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      const std::string& file = rows[i].at("file");
      const FileSummary& s = summaries[i];
      for (const auto& [column, ours] : figures(s)) expect(file, column, ours, rows[i].at(column));
      expect(file, "damaged", s.damage ? "yes" : "no", damaged(rows[i]));
    }
  }

 private:
  static void expect(const std::string& file, const std::string& column, const std::string& ours,
                     const std::string& truth) {
    for (const Exception& e : kExceptions) {
      if (e.file != file || e.column != column) continue;
      EXPECT_EQ(ours, e.ours) << file << ": " << column << " (" << e.reason << ")";
      EXPECT_NE(ours, truth) << file << ": " << column << " is no exception any more";
      return;
    }
    EXPECT_EQ(ours, truth) << file << ": " << column;
  }

  std::string folder_;
};

TEST_F(Corpus, EveryCaptureHasTheFiguresOfTheTable) {
  std::vector<Row> rows;
  std::vector<std::string> paths;
  for (Row& row : read_table(in_corpus("expected-dev.tsv"))) {
    if (!is_capture(row)) continue;
    paths.push_back(in_corpus(row.at("file")));
    rows.push_back(std::move(row));
  }
  ASSERT_GT(rows.size(), 800u);
  hold(rows, paths);
}

TEST_F(Corpus, EveryMemberOfATarballHasTheFiguresOfTheTable) {
  const testing::TempDir dir;
  std::map<std::string, std::string> extracted;  // tarball -> folder
  std::vector<Row> rows;
  std::vector<std::string> paths;
  for (Row& row : read_table(in_corpus("expected-dev-tar-members.tsv"))) {
    if (!is_capture(row)) continue;
    const std::string& file = row.at("file");
    const size_t mark = file.find('!');
    ASSERT_NE(mark, std::string::npos) << file;
    std::string& folder = extracted[file.substr(0, mark)];
    if (folder.empty()) {
      folder = dir.make_folder(std::to_string(extracted.size()));
      const std::string command =
          fmt::format("tar -xf '{}' -C '{}'", in_corpus(file.substr(0, mark)), folder);
      ASSERT_EQ(std::system(command.c_str()), 0) << command;
    }
    paths.push_back(folder + "/" + file.substr(mark + 1));
    rows.push_back(std::move(row));
  }
  ASSERT_GT(rows.size(), 600u);
  hold(rows, paths);
}

}  // namespace
}  // namespace gophercap::dataset
