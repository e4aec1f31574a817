#include "jobs/map/map_job.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>

#include "dataset/dump/dump.h"
#include "jobs/map/map_set.h"
#include "testing/pcap_builder.h"
#include "testing/quiet_reporter.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::jobs {
namespace {

using testing::ethernet_frame;
using testing::PcapBuilder;
using testing::QuietReporter;

constexpr int64_t kSecond = 1'000'000'000;

testing::Bytes capture_of(std::initializer_list<int64_t> seconds) {
  PcapBuilder pcap;
  for (const int64_t s : seconds) pcap.packet(s * kSecond, ethernet_frame(60));
  return pcap.bytes();
}

TEST(MapJob, WritesTheDumpThatReplayReads) {
  const testing::TempDir dir;
  const std::string a = dir.write("set/a.pcap", capture_of({100, 101}));
  dir.write("set/b.pcap", capture_of({105}));
  const std::string dump = dir.path("dump.json");
  QuietReporter reporter;
  const Result<MapResult> result = run_map(
      {.selection = {.paths = {dir.path("set")}}, .workers = 2, .dump_path = dump}, reporter, {});
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_FALSE(result->interrupted);
  EXPECT_EQ(result->set.packets(), 3u);
  EXPECT_EQ(result->stored_bytes,
            std::filesystem::file_size(a) + std::filesystem::file_size(dir.path("set/b.pcap")));
  const Result<dataset::Dump> read = dataset::read_dump(dump);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_TRUE(read->ours);
  ASSERT_EQ(read->set.files.size(), 2u);
  EXPECT_EQ(read->set.files[0].path, a);
  EXPECT_EQ(read->set.files[1].packets, 1u);
}

TEST(MapJob, ADamagedFileDoesNotFailTheSet) {
  const testing::TempDir dir;
  testing::Bytes cut = capture_of({100, 101});
  cut.pop_back();
  dir.write("cut.pcap", cut);
  dir.write("whole.pcap", capture_of({100}));
  QuietReporter reporter;
  const Result<MapResult> result =
      run_map({.selection = {.paths = {dir.path()}}, .dump_path = {}}, reporter, {});
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->set.damaged_files(), 1u);
  EXPECT_EQ(result->set.packets(), 2u);
}

TEST(MapJob, NothingFoundIsItsOwnError) {
  const testing::TempDir dir;
  dir.write("notes.txt", "no capture");
  QuietReporter reporter;
  const Result<MapResult> result =
      run_map({.selection = {.paths = {dir.path()}}, .dump_path = dir.path("d")}, reporter, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(dir.path("d")));
}

TEST(MapJob, AStoppedMapLeavesTheOldDumpAlone) {
  const testing::TempDir dir;
  dir.write("a.pcap", capture_of({100}));
  const std::string dump = dir.write("dump.json", "old");
  std::stop_source stop;
  stop.request_stop();
  QuietReporter reporter;
  const Result<MapResult> result =
      run_map({.selection = {.paths = {dir.path("a.pcap")}}, .dump_path = dump}, reporter,
              stop.get_token());
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->interrupted);
  EXPECT_TRUE(result->set.files.empty());  // none was read to its end
  const Result<MapResult> tarball =
      run_map({.selection = {.paths = {dir.write(
                                 "b.tar", testing::TarBuilder()
                                              .member({.path = "x.pcap", .data = capture_of({100})})
                                              .end()
                                              .bytes())}},
               .dump_path = dump},
              reporter, stop.get_token());
  ASSERT_TRUE(tarball) << tarball.error().what;
  EXPECT_TRUE(tarball->interrupted);
  EXPECT_EQ(testing::read_file(dump).size(), 3u);
}

TEST(MapJob, ADumpThatCannotBeWrittenIsAnErrorWithItsPath) {
  const testing::TempDir dir;
  dir.write("a.pcap", capture_of({100}));
  QuietReporter reporter;
  const Result<MapResult> result =
      run_map({.selection = {.paths = {dir.path("a.pcap")}}, .dump_path = dir.path("no/such/dump")},
              reporter, {});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().what.find("no/such/dump"), std::string::npos);
}

TEST(MapJob, BelowOneWorkerMeansOnePerCpu) {
  EXPECT_GE(worker_count(0), 1u);
  EXPECT_EQ(worker_count(0), worker_count(-3));
  EXPECT_EQ(worker_count(7), 7u);
}

}  // namespace
}  // namespace gophercap::jobs
