// A group of threads and how it is stopped. Nothing else makes threads (tests/check_includes.py).
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"

namespace gophercap {

// However the scope is left that a group lives in, its threads have been told to end and have ended
// before anything declared in front of it is destroyed: make it the last member, or the last of the
// variables that its threads use.
//
// No exception leaves a thread: the first one that a body throws is kept for the owner, and the
// group is stopped, so that nobody waits for what will not come.
//
// All methods are for the owner, one call at a time, but failed(), which anybody may call.
class ThreadGroup {
 public:
  // `stop` wakes the threads and makes them end. It is called by the owner who ends the group and
  // by a thread whose body threw, so at any time, from any thread, more than once. It must not
  // throw. Without one, bodies end by themselves.
  explicit ThreadGroup(std::function<void()> stop = {}) : stop_(std::move(stop)) {}
  ~ThreadGroup() { end(); }
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;

  // One more thread. Refused: which limit it was, or that memory was short (kNoMemory).
  Result<> start(std::function<void()> body);
  // Where fewer do: up to `wanted` more. How many there are now; the missing ones are counted in
  // threads_missing(), and refusal() says why.
  size_t start_up_to(size_t wanted, const std::function<void(size_t)>& body);
  Result<> refusal() const;

  // Waits until all bodies have returned by themselves.
  void join() noexcept;
  // Tells them to end, and waits.
  void end() noexcept;

  // Whether a body threw.
  bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
  // What it threw: refused memory as an Error, anything else as it was.
  Result<> result() const;
  // As it was, whatever it was.
  void rethrow() const;

 private:
  struct Start;
  static void* enter(void* start);
  void run(const std::function<void()>& body) noexcept;

  const std::function<void()> stop_;
  std::vector<pthread_t> threads_;
  std::optional<Error> refusal_;
  std::atomic<bool> failed_{false};
  mutable Mutex mutex_;
  std::exception_ptr failure_ GUARDED_BY(mutex_);
};

// How many threads start_up_to() did without, in this process.
uint64_t threads_missing() noexcept;

// For tests: the first `most` threads of all groups are created from now on, those behind them are
// refused as by a limit, until this is destroyed.
class FewThreadsForTest {
 public:
  explicit FewThreadsForTest(int64_t most) noexcept;
  ~FewThreadsForTest();
  FewThreadsForTest(const FewThreadsForTest&) = delete;
  FewThreadsForTest& operator=(const FewThreadsForTest&) = delete;

  // Whether there was a refusal.
  bool refused() const noexcept;
};

}  // namespace gophercap
