// Threads that help to decompress: shared by all sources of a job, so that their number is that of
// the job whatever the number of files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <utility>

#include "base/mutex.h"
#include "base/thread_group.h"

namespace gophercap::io {

// Every method may be called by any thread at any time. A pool that is busy, or has no helpers,
// slows nobody down: whoever needs a task that nobody has begun does it himself.
class DecodePool {
 public:
  static constexpr size_t kMemoryPerSource = size_t{64} << 20;

  // Work that is done once: by a helper, or by who needs it. Between offer() and finish() or
  // withdraw() it belongs to the pool.
  class Task {
   public:
    Task(const void* owner, std::function<void()> work) : owner_(owner), work_(std::move(work)) {}
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

   private:
    friend class DecodePool;
    enum class State : uint8_t { kIdle, kOffered, kRunning, kDone };

    const void* const owner_;
    const std::function<void()> work_;
    // Guarded by the mutex of the pool:
    State state_ = State::kIdle;
    std::exception_ptr failure_{};  // what the work threw
  };

  // Helpers for those libraries that bring threads of their own. Meanwhile as many of the pool's
  // own sleep.
  class Loan {
   public:
    // At most a fair share of them, which may be none. REQUIRES: `pool`, where given, outlives it.
    explicit Loan(DecodePool* pool);
    ~Loan();
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

    unsigned helpers() const noexcept { return helpers_; }

   private:
    DecodePool* const pool_;
    unsigned helpers_ = 0;
  };

  // Of `threads` that each read a source, those that have none to read.
  static unsigned spare(uint64_t threads, uint64_t sources) noexcept {
    sources = std::max<uint64_t>(sources, 1);
    return threads > sources ? static_cast<unsigned>(threads - sources) : 0;
  }

  // `sources`: how many are read at once, as far as one knows. `memory_per_source`: what is decoded
  // ahead of a source's reader, with the compressed bytes of it, stays below.
  explicit DecodePool(unsigned helpers, size_t sources = 1,
                      size_t memory_per_source = kMemoryPerSource);
  // REQUIRES: no source uses it any more.
  ~DecodePool() = default;
  DecodePool(const DecodePool&) = delete;
  DecodePool& operator=(const DecodePool&) = delete;

  unsigned helpers() const noexcept { return helpers_; }
  size_t memory_per_source() const noexcept { return memory_per_source_; }

  // Tasks are begun in the order in which they are offered.
  void offer(Task& task);
  // Returns when the task is done; what it threw is thrown here. While a helper is at it, other
  // tasks of its owner are done here.
  void finish(Task& task);
  // Returns when nobody is at the task and nobody will be.
  void withdraw(Task& task);

 private:
  void close() noexcept;
  void help();
  void run(Task& task) REQUIRES_LOCK(mutex_);
  bool run_other_of(const void* owner) REQUIRES_LOCK(mutex_);
  void forget(Task& task) REQUIRES_LOCK(mutex_);

  const unsigned helpers_;
  const size_t sources_;
  const size_t memory_per_source_;
  Mutex mutex_;
  CondVar ready_;  // for helpers: a task, a loan given back, the end
  CondVar done_;
  std::deque<Task*> offered_ GUARDED_BY(mutex_);
  unsigned helping_ GUARDED_BY(mutex_) = 0;  // helpers that are at a task
  unsigned lent_ GUARDED_BY(mutex_) = 0;
  bool closing_ GUARDED_BY(mutex_) = false;
  bool begun_ GUARDED_BY(mutex_) = false;
  ThreadGroup threads_{[this] { close(); }};  // none before the first task
};

}  // namespace gophercap::io
