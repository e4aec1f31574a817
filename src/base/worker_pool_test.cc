#include "base/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace gophercap {
namespace {

TEST(ParallelFor, CallsEachIndexExactlyOnce) {
  for (const unsigned workers : {0u, 1u, 2u, 3u, 8u, 64u}) {
    for (const size_t count : {size_t{0}, size_t{1}, size_t{2}, size_t{7}, size_t{1000}}) {
      std::vector<std::atomic<int>> calls(count);
      parallel_for(count, workers, [&](size_t i) { ++calls.at(i); });
      for (size_t i = 0; i < count; ++i) ASSERT_EQ(calls[i], 1) << i << " of " << count;
    }
  }
}

TEST(ParallelFor, OneWorkerIsThisThreadInOrder) {
  for (const unsigned workers : {0u, 1u}) {
    const std::thread::id caller = std::this_thread::get_id();
    std::vector<size_t> order;
    parallel_for(100, workers, [&](size_t i) {
      EXPECT_EQ(std::this_thread::get_id(), caller);
      order.push_back(i);
    });
    ASSERT_EQ(order.size(), 100u);
    for (size_t i = 0; i < 100; ++i) EXPECT_EQ(order[i], i);
  }
}

// Every body waits until all of them run at once: with fewer threads this would never end.
TEST(ParallelFor, ManyWorkersWorkAtTheSameTime) {
  std::atomic<unsigned> running{0};
  std::mutex mutex;
  std::set<std::thread::id> threads;
  parallel_for(4, 4, [&](size_t) {
    {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
    }
    ++running;
    while (running < 4) std::this_thread::yield();
  });
  EXPECT_EQ(threads.size(), 4u);
}

TEST(ParallelFor, AnExceptionOfABodyComesOutHereAndEndsTheRest) {
  for (const unsigned workers : {1u, 4u}) {
    std::atomic<size_t> calls{0};
    EXPECT_THROW(parallel_for(1'000'000, workers,
                              [&](size_t i) {
                                ++calls;
                                if (i == 3) throw std::runtime_error("body");
                              }),
                 std::runtime_error);
    EXPECT_LT(calls, 1'000'000u);
  }
}

TEST(CpuCount, IsAtLeastOne) {
  EXPECT_GE(cpu_count(), 1u);
}

}  // namespace
}  // namespace gophercap
