// The sending thread neither allocates nor locks a mutex between its first and its last send call,
// since both may delay it as long as another thread likes.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "dataset/scan/scan.h"
#include "replay/engine.h"
#include "testing/pcap_builder.h"
#include "testing/temp_dir.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GOPHERCAP_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GOPHERCAP_SANITIZED 1
#endif
#endif

// Sanitizers replace operator new and the mutex themselves, so nothing can be counted.
#ifndef GOPHERCAP_SANITIZED

namespace {

thread_local bool watched = false;  // this thread is counted
thread_local uint64_t allocations = 0;
thread_local uint64_t locks = 0;

void* allocate(size_t bytes, size_t alignment) {
  allocations += watched;
  const size_t whole = (bytes + alignment - 1) / alignment * alignment;
  void* memory = alignment > alignof(std::max_align_t) ? std::aligned_alloc(alignment, whole)
                                                       : std::malloc(bytes > 0 ? bytes : 1);
  if (memory == nullptr) std::abort();
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

extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  using Lock = int (*)(pthread_mutex_t*);
  static const Lock next = [] {
    return reinterpret_cast<Lock>(::dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  }();
  locks += watched;
  return next(mutex);
}

namespace gophercap::replay {
namespace {

constexpr uint64_t kPackets = 20'000;

// Watches the thread that calls it, from the first call to the last.
class WatchingTransmitter final : public transmit::Transmitter {
 public:
  bool misbehaves = false;
  uint64_t seen_allocations = 0;
  uint64_t seen_locks = 0;

  transmit::SendOutcome send(std::span<const transmit::Frame> frames) noexcept override {
    watched = true;
    seen_allocations = allocations;
    seen_locks = locks;
    if (misbehaves) {
      const std::lock_guard<std::mutex> lock(mutex_);
      text_ = std::string(100, static_cast<char>(frames.front().data[0]));
      text_.shrink_to_fit();
    }
    return {frames.size(), 0};
  }
  Result<> finish() override { return {}; }
  size_t preferred_batch() const noexcept override { return 64; }
  transmit::FrameLimits limits() const noexcept override { return {}; }
  std::string describe() const override { return "nowhere"; }

 private:
  std::mutex mutex_;
  std::string text_;
};

class NoAllocation : public ::testing::Test {
 protected:
  // Two files, `gap` between packets, played three times.
  Report run(Nanos gap, const SendOptions& send, bool preload = false) {
    std::vector<std::string> paths;
    for (int file = 0; file < 2; ++file) {
      testing::PcapBuilder pcap({.magic = testing::kMagicNanos});
      for (uint64_t i = 0; i < kPackets / 2; ++i) {
        pcap.packet(1'600'000'000'000'000'000 +
                        gap.count() * static_cast<int64_t>(2 * i + static_cast<uint64_t>(file)),
                    testing::ethernet_frame(60));
      }
      paths.push_back(dir_.write(std::to_string(file) + ".pcap", pcap.bytes()));
    }
    dataset::ScanProgress progress;
    dataset::DatasetSummary set;
    set.files = dataset::scan_files(paths, 1, progress);
    dataset::summarize(set);
    const Result<Plan> plan = make_plan(set);
    EXPECT_TRUE(plan);
    RealClock clock;
    return play(*plan, {.send = send, .loops = 3, .preload = preload}, out_, clock, {}, {});
  }
  void expect_undisturbed(const Report& report) {
    EXPECT_EQ(report.accounts.sent, 3 * kPackets);
    EXPECT_EQ(out_.seen_allocations, 0u);
    EXPECT_EQ(out_.seen_locks, 0u);
  }

  testing::TempDir dir_;
  WatchingTransmitter out_;
};

TEST_F(NoAllocation, Paced) {
  const Report report = run(std::chrono::microseconds(10), {});
  expect_undisturbed(report);
  EXPECT_GT(report.send_calls, 1000u);
}

TEST_F(NoAllocation, LateAndDropping) {
  // A higher rate than any machine reaches.
  const Report report = run(Nanos(1), {.late = LatePolicy::kDrop, .late_limit = Nanos(0)});
  EXPECT_EQ(report.accounts.sent + report.accounts.dropped_late, 3 * kPackets);
  EXPECT_EQ(out_.seen_allocations + out_.seen_locks, 0u);
}

TEST_F(NoAllocation, AtTopSpeed) {
  expect_undisturbed(run(std::chrono::microseconds(10), {.topspeed = true}));
}

TEST_F(NoAllocation, OutOfMemoryThatWasFilledBefore) {
  expect_undisturbed(run(std::chrono::microseconds(10), {.topspeed = true}, true));
}

// Checks that the counters work.
TEST_F(NoAllocation, WouldBeSeen) {
  out_.misbehaves = true;
  const Report report = run(std::chrono::microseconds(10), {.topspeed = true});
  EXPECT_EQ(out_.seen_allocations, report.send_calls - 1) << "one in each call but the last";
  EXPECT_EQ(out_.seen_locks, report.send_calls - 1);
}

}  // namespace
}  // namespace gophercap::replay

#endif
