#include "base/thread_group.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <new>
#include <stdexcept>
#include <string>

#include "base/worker_pool.h"

namespace gophercap {
namespace {

// Makes threads wait until they are told to end.
struct Gate {
  std::atomic<bool> open{false};
  void wait() const { open.wait(false); }
  void release() {
    open.store(true);
    open.notify_all();
  }
};

TEST(ThreadGroup, ThreadsThatWaitEndBeforeWhatStandsInFrontOfTheGroup) {
  std::atomic<int> ended{0};
  {
    Gate gate;
    ThreadGroup group([&] { gate.release(); });
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(group.start([&] {
        gate.wait();
        ++ended;
      }));
    }
  }
  EXPECT_EQ(ended, 3);
}

TEST(ThreadGroup, JoinLetsBodiesEndByThemselves) {
  std::atomic<int> ended{0};
  std::atomic<bool> stopped{false};
  ThreadGroup group([&] { stopped = true; });
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(group.start([&] { ++ended; }));
  group.join();
  EXPECT_EQ(ended, 3);
  EXPECT_FALSE(stopped);
  EXPECT_TRUE(group.result());
}

TEST(ThreadGroup, ABodyThatThrowsEndsTheOthersAndTheOwnerHearsOfIt) {
  Gate gate;
  ThreadGroup group([&] { gate.release(); });
  ASSERT_TRUE(group.start([&] { gate.wait(); }));
  ASSERT_TRUE(group.start([] { throw std::bad_alloc(); }));
  group.join();
  EXPECT_TRUE(group.failed());
  ASSERT_FALSE(group.result());
  EXPECT_EQ(group.result().error().code, Errc::kNoMemory);
  EXPECT_EQ(group.result().error().what, "out of memory");
  EXPECT_THROW(group.rethrow(), std::bad_alloc);
}

TEST(ThreadGroup, OnlyRefusedMemoryIsAnError) {
  ThreadGroup group;
  ASSERT_TRUE(group.start([] { throw std::runtime_error("a bug"); }));
  group.join();
  EXPECT_THROW(static_cast<void>(group.result()), std::runtime_error);
}

TEST(ThreadGroup, ARefusalNamesTheLimitAndLeavesTheOthersToBeEnded) {
  Gate gate;
  std::atomic<int> ended{0};
  {
    const FewThreadsForTest few(1);
    ThreadGroup group([&] { gate.release(); });
    const auto body = [&] {
      gate.wait();
      ++ended;
    };
    ASSERT_TRUE(group.start(body));
    const Result<> second = group.start(body);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().sys, EAGAIN);
    EXPECT_EQ(second.error().cause, Cause::kThreadLimit);
    EXPECT_NE(second.error().what.find("ulimit -u, or pids.max"), std::string::npos);
    EXPECT_TRUE(few.refused());
  }
  EXPECT_EQ(ended, 1);
}

TEST(ThreadGroup, WhereFewerDoTheMissingAreCounted) {
  const uint64_t before = threads_missing();
  const FewThreadsForTest few(2);
  Gate gate;
  ThreadGroup group([&] { gate.release(); });
  EXPECT_EQ(group.start_up_to(5, [&](size_t) { gate.wait(); }), 2u);
  EXPECT_EQ(threads_missing() - before, 3u);
  EXPECT_EQ(group.refusal().error().sys, EAGAIN);
}

TEST(ThreadGroup, AStackDoesNotDependOnTheLimitOfTheProcess) {
  size_t bytes = 0;
  ThreadGroup group;
  ASSERT_TRUE(group.start([&] {
    pthread_attr_t attributes;
    void* where = nullptr;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    pthread_attr_getstack(&attributes, &where, &bytes);
    pthread_attr_destroy(&attributes);
  }));
  group.join();
  EXPECT_GE(bytes, size_t{1} << 20);
}

TEST(ParallelFor, GoesOnWithTheThreadsThatCanBeHad) {
  for (const int64_t most : {0, 1, 2}) {
    const FewThreadsForTest few(most);
    std::atomic<int> calls{0};
    parallel_for(100, 4, [&](size_t) { ++calls; });
    EXPECT_EQ(calls, 100);
    EXPECT_TRUE(few.refused());
  }
}

}  // namespace
}  // namespace gophercap
