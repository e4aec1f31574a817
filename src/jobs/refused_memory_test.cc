// If any allocation fails, in any thread, a job ends with an Error that says so, or continues
// without it; it never crashes, hangs, or leaves a partial file.
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <new>
#include <string>

#include "base/worker_pool.h"
#include "jobs/job_for_test.h"
#include "jobs/tar/tar_job.h"
#include "jobs/verify/verify_job.h"

#if defined(__SANITIZE_THREAD__)
#define GOPHERCAP_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GOPHERCAP_SANITIZED 1
#endif
#endif

// The operator new of ThreadSanitizer must not be replaced.
#ifndef GOPHERCAP_SANITIZED

namespace {

constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
std::atomic<int64_t> left{kNone};  // allocations until the one that is refused
std::atomic<bool> only_one{false};

bool refuse() {
  if (left.load(std::memory_order_relaxed) == kNone) return false;
  const int64_t before = left.fetch_sub(1, std::memory_order_relaxed);
  return only_one.load(std::memory_order_relaxed) ? before == 0 : before <= 0;
}

void* allocate(size_t bytes, size_t alignment) {
  if (refuse()) throw std::bad_alloc();
  const size_t whole = (bytes + alignment - 1) / alignment * alignment;
  void* memory = alignment > alignof(std::max_align_t) ? std::aligned_alloc(alignment, whole)
                                                       : std::malloc(bytes > 0 ? bytes : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// The standard library implements all other forms by these.
void* operator new(size_t bytes) {
  return allocate(bytes, 1);
}
void* operator new(size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<size_t>(alignment));
}
// ASan keeps its own version of this form next to a replaced one, and its memory must not be passed
// to free().
void* operator new(size_t bytes, const std::nothrow_t& /*tag*/) noexcept {
  return refuse() ? nullptr : std::malloc(bytes > 0 ? bytes : 1);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace gophercap::jobs {
namespace {

namespace fs = std::filesystem;
using testing::Bytes;

class RefusedMemory : public JobForTest {
 protected:
  RefusedMemory()
      : JobForTest({.packets_each = 700,
                    .frame_bytes = 200,
                    .piece_bytes = 60'000,
                    .pack = [](const Bytes& capture) {
                      return testing::zstd_frames(capture, 60'000, {});
                    }}) {}

  // Runs `job` with each of its allocations failing in turn (if there are many, some of them):
  // first that one alone, then all later ones too. `output` is the file it makes.
  void with_little_memory(const std::function<Result<>()>& job, const std::string& output = {}) {
    const char* const all = std::getenv("GOPHERCAP_EVERY_ALLOCATION");
    for (const bool one : {true, false}) {
      int64_t allowed = 0;
      for (bool reached = true; reached;) {
        empty_out();
        only_one.store(one);
        left.store(allowed);
        const Result<> result = job();
        reached = left.exchange(kNone) < 0;
        if (!result) {
          ASSERT_TRUE(reached) << result.error().what;
          EXPECT_TRUE(result.error().code == Errc::kNoMemory ||
                      result.error().what.find("thread creation refused") != std::string::npos)
              << allowed << ": " << result.error().what;
        }
        expect_nothing_unfinished();
        if (!output.empty() && result) {
          EXPECT_TRUE(fs::exists(output)) << allowed;
        }
        allowed += all != nullptr ? 1 : 1 + allowed / 12;
      }
      EXPECT_GT(allowed, 20);
    }
  }
};

TEST_F(RefusedMemory, Map) {
  MapOptions options;
  options.selection.paths = paths_;
  options.workers = 5;
  options.dump_path = dir_.path("out/d.json");
  with_little_memory(
      [&]() -> Result<> {
        TRY(const MapResult result, run_map(options, reporter_, {}));
        EXPECT_EQ(result.set.packets(), packets());
        return {};
      },
      options.dump_path);
}

TEST_F(RefusedMemory, MapOfATarball) {
  MapOptions options;
  options.selection.paths = {tarball_};
  options.dump_path = dir_.path("out/d.json");
  with_little_memory(
      [&]() -> Result<> {
        TRY(const MapResult result, run_map(options, reporter_, {}));
        EXPECT_EQ(result.set.packets(), packets());
        return {};
      },
      options.dump_path);
}

TEST_F(RefusedMemory, Replay) {
  ReplayOptions options = replay();
  options.delivery.target = Nowhere{};
  with_little_memory([&] { return play(options); });
}

TEST_F(RefusedMemory, ReplayFromMemory) {
  ReplayOptions options = replay();
  options.delivery.target = Nowhere{};
  options.delivery.preload = true;
  with_little_memory([&] { return play(options); });
}

TEST_F(RefusedMemory, ReplayToAFile) {
  ReplayOptions options = replay();
  options.delivery.target = FileTarget{dir_.path("out/all.pcap")};
  options.select.expression = "ip or not ip";
  with_little_memory([&] { return play(options); }, output_of(options.delivery.target));
}

TEST_F(RefusedMemory, Verify) {
  ReplayOptions options = replay();
  options.delivery.target = FileTarget{dir_.path("sent.pcap")};
  ASSERT_TRUE(play(options));
  VerifyOptions verify;
  verify.set = replay().set;
  verify.captures = {dir_.path("sent.pcap")};
  with_little_memory([&]() -> Result<> {
    TRY(const verify::VerifyResult result, run_verify(verify, reporter_, {}));
    EXPECT_EQ(result.packets_received, packets());
    EXPECT_TRUE(result.damaged_captures.empty());
    return {};
  });
}

TEST_F(RefusedMemory, TarExtract) {
  for (const io::Compression compression : {io::Compression::kNone, io::Compression::kGzip}) {
    TarOptions options;
    options.tarball = tarball_;
    options.out_dir = dir_.path("out/files");
    options.extract.compression = compression;
    options.extract.workers = 3;
    options.map_path = dir_.path("out/d.json");
    with_little_memory(
        [&]() -> Result<> {
          TRY(const TarResult result, run_tar_extract(options, reporter_, {}));
          EXPECT_EQ(result.counts.files, 3u);
          EXPECT_FALSE(result.damage);
          return {};
        },
        options.map_path);
  }
}

}  // namespace
}  // namespace gophercap::jobs

#endif
