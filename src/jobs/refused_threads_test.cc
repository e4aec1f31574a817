// With any number of threads, each job does its work or names the limit that prevents it; it never
// crashes, hangs, or leaves a partial file.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/thread_group.h"
#include "jobs/job_for_test.h"
#include "jobs/tar/tar_job.h"
#include "jobs/verify/verify_job.h"

namespace gophercap::jobs {
namespace {

namespace fs = std::filesystem;
using testing::Bytes;

class RefusedThreads : public JobForTest {
 protected:
  RefusedThreads()
      : JobForTest(
            {.packets_each = 2000,
             .frame_bytes = 600,
             .piece_bytes = 300'000,
             .pack = [](const Bytes& capture) { return testing::xz_blocks(capture, 300'000); }}) {}

  // Runs `job` with 0, 1, 2, … threads until it gets all it wants. `output` is the file it makes.
  void with_few_threads(const std::function<Result<>()>& job, const std::string& output = {}) {
    bool refused = true;
    int64_t most = 0;
    for (; refused; ++most) {
      ASSERT_LT(most, 200);
      empty_out();
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
      expect_nothing_unfinished();
      if (!output.empty()) {
        EXPECT_EQ(fs::exists(output), result.has_value()) << most;
      }
    }
    EXPECT_GT(most, 1) << "there was nothing to refuse";
  }
};

TEST_F(RefusedThreads, Map) {
  MapOptions options;
  options.selection.paths = paths_;
  options.workers = 5;
  options.dump_path = dir_.path("out/d.json");
  with_few_threads(
      [&]() -> Result<> {
        TRY(const MapResult result, run_map(options, reporter_, {}));
        EXPECT_EQ(result.set.packets(), packets());
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
        EXPECT_EQ(result.set.packets(), packets());
        return {};
      },
      options.dump_path);
}

TEST_F(RefusedThreads, Replay) {
  ReplayOptions options = replay();
  options.delivery.target = Nowhere{};
  with_few_threads([&] { return play(options); });
  options.delivery.preload = true;
  with_few_threads([&] { return play(options); });
}

TEST_F(RefusedThreads, ReplayToAFile) {
  ReplayOptions options = replay();
  options.delivery.target = FileTarget{dir_.path("out/all.pcap")};
  with_few_threads([&] { return play(options); }, output_of(options.delivery.target));
}

TEST_F(RefusedThreads, Verify) {
  ReplayOptions options = replay();
  options.delivery.target = FileTarget{dir_.path("sent.pcap")};
  ASSERT_TRUE(play(options));
  VerifyOptions verify;
  verify.set = replay().set;
  verify.captures = {dir_.path("sent.pcap")};
  with_few_threads([&]() -> Result<> {
    TRY(const verify::VerifyResult result, run_verify(verify, reporter_, {}));
    EXPECT_EQ(result.packets_received, packets());
    return {};
  });
}

TEST_F(RefusedThreads, TarExtract) {
  for (const io::Compression compression : {io::Compression::kNone, io::Compression::kGzip}) {
    TarOptions options;
    options.tarball = tarball_;
    options.out_dir = dir_.path("out/files");
    options.extract.compression = compression;
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
