// With any number of threads that the system gives, each job does its work or says which limit
// keeps it from that; it neither crashes nor hangs nor leaves half a file.
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "base/thread_group.h"
#include "jobs/map_job.h"
#include "jobs/replay_job.h"
#include "jobs/tar_job.h"
#include "jobs/verify_job.h"
#include "testing/compress.h"
#include "testing/pcap_builder.h"
#include "testing/quiet_reporter.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::jobs {
namespace {

namespace fs = std::filesystem;
using testing::Bytes;

constexpr int64_t kSecond = 1'000'000'000;

class RefusedThreads : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int file = 0; file < 3; ++file) {
      testing::PcapBuilder pcap({.magic = testing::kMagicNanos});
      for (int i = 0; i < 2000; ++i)
        pcap.packet(100 * kSecond + int64_t{3} * i + file, testing::ethernet_frame(600));
      tar_.member({.path = "m" + std::to_string(file) + ".pcap", .data = pcap.bytes()});
      const std::string path = dir_.path("set/" + std::to_string(file) + ".pcap");
      paths_.push_back(path);
      dir_.write("set/" + std::to_string(file) + ".pcap",
                 file == 0   ? pcap.bytes()
                 : file == 1 ? testing::xz_blocks(pcap.bytes(), 300'000)
                             : testing::gzip_members(pcap.bytes(), 300'000));
    }
    tarball_ = dir_.write("t.tar.gz", testing::gzip_members(tar_.end().bytes(), 300'000));
    ASSERT_TRUE(
        run_map({.selection = {.paths = paths_}, .dump_path = dir_.path("d.json")}, reporter_, {}));
  }

  ReplayOptions replay() const {
    ReplayOptions options;
    options.dump_path = dir_.path("d.json");
    return options;
  }

  Result<> play(const ReplayOptions& options) {
    Result<ReplayResult> result = run_replay(options, reporter_, {});
    if (!result) return result.error();
    if (!result->report.failure.empty())
      return Error{Errc::kIo, result->report.failure_errno, result->report.failure};
    EXPECT_EQ(result->report.accounts.sent, 6000u);
    return {};
  }

  // Runs `job` with 0, 1, 2, … threads until it gets all it wants. `output`: what it makes.
  void with_few_threads(const std::function<Result<>()>& job, const std::string& output = {}) {
    bool refused = true;
    int64_t most = 0;
    for (; refused; ++most) {
      ASSERT_LT(most, 200);
      fs::remove_all(dir_.path("out"));
      fs::create_directory(dir_.path("out"));
      Result<> result;
      {
        const FewThreadsForTest few(most);
        result = job();
        refused = few.refused();
      }
      if (!result) {
        ASSERT_TRUE(refused) << result.error().what;
        EXPECT_NE(result.error().what.find("thread creation refused: a limit of threads"),
                  std::string::npos)
            << result.error().what;
        EXPECT_EQ(result.error().sys, EAGAIN);
      }
      for (const fs::directory_entry& entry : fs::recursive_directory_iterator(dir_.path("out")))
        EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
      if (!output.empty()) {
        EXPECT_EQ(fs::exists(output), result.has_value()) << most;
      }
    }
    EXPECT_GT(most, 1) << "there was nothing to refuse";
  }

  testing::TempDir dir_;
  testing::TarBuilder tar_;
  std::vector<std::string> paths_;
  std::string tarball_;
  testing::QuietReporter reporter_;
};

TEST_F(RefusedThreads, Map) {
  MapOptions options;
  options.selection.paths = paths_;
  options.workers = 5;
  options.dump_path = dir_.path("out/d.json");
  with_few_threads(
      [&]() -> Result<> {
        TRY(const MapResult result, run_map(options, reporter_, {}));
        EXPECT_EQ(result.set.packets(), 6000u);
        for (const dataset::FileSummary& file : result.set.files) EXPECT_FALSE(file.damage);
        return {};
      },
      options.dump_path);
}

TEST_F(RefusedThreads, MapOfATarball) {
  MapOptions options;
  options.selection.paths = {tarball_};
  options.dump_path = dir_.path("out/d.json");
  with_few_threads(
      [&]() -> Result<> {
        fs::remove(tarball_ + ".index");
        TRY(const MapResult result, run_map(options, reporter_, {}));
        EXPECT_EQ(result.set.packets(), 6000u);
        return {};
      },
      options.dump_path);
}

TEST_F(RefusedThreads, Replay) {
  ReplayOptions options = replay();
  options.discard = true;
  with_few_threads([&] { return play(options); });
  options.preload = true;
  with_few_threads([&] { return play(options); });
}

TEST_F(RefusedThreads, ReplayToAFile) {
  ReplayOptions options = replay();
  options.out_file = dir_.path("out/all.pcap");
  with_few_threads([&] { return play(options); }, options.out_file);
}

TEST_F(RefusedThreads, Verify) {
  ReplayOptions options = replay();
  options.out_file = dir_.path("sent.pcap");
  ASSERT_TRUE(play(options));
  VerifyOptions verify;
  verify.plan = replay();
  verify.captures = {dir_.path("sent.pcap")};
  with_few_threads([&]() -> Result<> {
    TRY(const VerifyResult result, run_verify(verify, reporter_, {}));
    EXPECT_EQ(result.packets_received, 6000u);
    return {};
  });
}

TEST_F(RefusedThreads, TarExtract) {
  for (const archive::Packing packing : {archive::Packing::kNone, archive::Packing::kGzip}) {
    TarOptions options;
    options.tarball = tarball_;
    options.out_dir = dir_.path("out/files");
    options.extract.packing = packing;
    options.extract.workers = 3;
    for (const char* map : {"", "out/d.json"}) {
      options.map_path = *map == '\0' ? "" : dir_.path(map);
      with_few_threads(
          [&]() -> Result<> {
            TRY(const TarResult result, run_tar_extract(options, reporter_, {}));
            EXPECT_EQ(result.counts.files, 3u);
            EXPECT_FALSE(result.damage);
            return {};
          },
          options.map_path);
    }
  }
}

}  // namespace
}  // namespace gophercap::jobs
