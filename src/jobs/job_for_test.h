// Inputs for the tests of refused threads and refused memory: three overlapping captures, one plain
// and two compressed, and a tarball of them.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "jobs/map/map_job.h"
#include "jobs/replay/replay_job.h"
#include "testing/compress.h"
#include "testing/pcap_builder.h"
#include "testing/quiet_reporter.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::jobs {

class JobForTest : public ::testing::Test {
 protected:
  using Pack = testing::Bytes (*)(const testing::Bytes& capture);
  struct Size {
    int packets_each;
    uint32_t frame_bytes;
    uint64_t piece_bytes;  // of compressed files
    Pack pack;             // the second capture
  };

  explicit JobForTest(const Size& size) : size_(size) {}

  void SetUp() override {
    constexpr int64_t kSecond = 1'000'000'000;
    for (int file = 0; file < 3; ++file) {
      testing::PcapBuilder pcap({.magic = testing::kMagicNanos});
      for (int i = 0; i < size_.packets_each; ++i)
        pcap.packet(100 * kSecond + int64_t{3} * i + file,
                    testing::ethernet_frame(size_.frame_bytes));
      tar_.member({.path = "m" + std::to_string(file) + ".pcap", .data = pcap.bytes()});
      paths_.push_back(dir_.write("set/" + std::to_string(file) + ".pcap",
                                  file == 0 ? pcap.bytes()
                                  : file == 1
                                      ? size_.pack(pcap.bytes())
                                      : testing::gzip_members(pcap.bytes(), size_.piece_bytes)));
    }
    tarball_ = dir_.write("t.tar.gz", testing::gzip_members(tar_.end().bytes(), size_.piece_bytes));
    ASSERT_TRUE(
        run_map({.selection = {.paths = paths_}, .dump_path = dir_.path("d.json")}, reporter_, {}));
  }

  uint64_t packets() const { return 3 * static_cast<uint64_t>(size_.packets_each); }

  ReplayOptions replay() const {
    ReplayOptions options;
    options.set.dump_path = dir_.path("d.json");
    return options;
  }

  Result<> play(const ReplayOptions& options) {
    Result<ReplayResult> result = run_replay(options, reporter_, {});
    if (!result) return result.error();
    if (result->report.failure) return *result->report.failure;
    if (result->report_error) return *result->report_error;
    EXPECT_EQ(result->report.accounts.sent, packets());
    EXPECT_TRUE(result->report.damaged.empty());
    return {};
  }

  // Empties the folder "out", which holds the outputs of the jobs.
  void empty_out() const {
    std::filesystem::remove_all(dir_.path("out"));
    std::filesystem::create_directory(dir_.path("out"));
  }
  void expect_nothing_unfinished() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.path("out")))
      EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
  }

  const Size size_;
  testing::TempDir dir_;
  testing::TarBuilder tar_;
  std::vector<std::string> paths_;
  std::string tarball_;
  testing::QuietReporter reporter_;
};

}  // namespace gophercap::jobs
