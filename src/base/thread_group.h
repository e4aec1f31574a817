// A group of threads that are stopped and joined together. Only this class creates threads
// (tests/check_includes.py enforces it).
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

// When a group is destroyed, its threads have been asked to end and have ended. Declare it after
// everything that its threads use: as the last member, or as the last of the variables involved.
//
// No exception leaves a thread. The first exception that a body throws is kept for the owner, and
// the group is stopped, so that no thread waits for something that will never happen.
//
// Only the owner may call the methods, one at a time. failed() may be called by any thread.
class ThreadGroup {
 public:
  // `stop` wakes the threads and makes them end. The owner calls it to end the group, and so does a
  // thread whose body has thrown. It may therefore be called at any time, from any thread and more
  // than once, and must not throw. Without `stop`, bodies have to end by themselves.
  explicit ThreadGroup(std::function<void()> stop = {}) : stop_(std::move(stop)) {}
  ~ThreadGroup() { end(); }
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;

  // Starts one more thread. If the system refuses it, the error names the limit, or is kNoMemory.
  Result<> start(std::function<void()> body);
  // Starts up to `wanted` more threads, for work that can be done with fewer. Returns the number of
  // threads in the group. threads_missing() counts the missing ones, refusal() says why.
  size_t start_up_to(size_t wanted, const std::function<void(size_t)>& body);
  Result<> refusal() const;

  // Waits until all bodies have returned without asking them to end.
  void join() noexcept;
  // Asks the threads to end, and waits for them.
  void end() noexcept;

  // True if a body threw.
  bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
  // Returns a failed allocation (std::bad_alloc) in a body as an Error; rethrows any other
  // exception.
  Result<> result() const;
  // Rethrows the exception of a body, if there was one.
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

// How many threads start_up_to() could not start in this process.
uint64_t threads_missing() noexcept;

// For tests: until this is destroyed, only `most` more threads can be created in all groups;
// further ones are refused as by a system limit.
class FewThreadsForTest {
 public:
  explicit FewThreadsForTest(int64_t most) noexcept;
  ~FewThreadsForTest();
  FewThreadsForTest(const FewThreadsForTest&) = delete;
  FewThreadsForTest& operator=(const FewThreadsForTest&) = delete;

  // True if a thread was refused.
  bool refused() const noexcept;
};

}  // namespace gophercap
