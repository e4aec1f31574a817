// Helper threads for decompression, shared by all sources of a job, so that their number does not
// depend on the number of files.
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

// Any thread may call any method at any time. A pool that is busy or has no helpers never delays
// anyone: a thread that needs a task that has not begun runs it itself.
class DecodePool {
 public:
  static constexpr size_t kMemoryPerSource = size_t{64} << 20;

  // Work that is done once, by a helper or by the thread that needs it. The pool owns it from
  // offer() until finish() or withdraw() returns.
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
    std::exception_ptr failure_{};  // what the work has thrown
  };

  // Takes helpers away from the pool for a library that creates its own threads. Meanwhile as many
  // threads of the pool sleep.
  class Loan {
   public:
    // Takes at most a fair share of the helpers, possibly none. REQUIRES: `pool`, if not null,
    // outlives this.
    explicit Loan(DecodePool* pool);
    ~Loan();
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

    unsigned helpers() const noexcept { return helpers_; }

   private:
    DecodePool* const pool_;
    unsigned helpers_ = 0;
  };

  // How many of `threads`, each of which reads one source, have no source to read.
  static unsigned spare(uint64_t threads, uint64_t sources) noexcept {
    sources = std::max<uint64_t>(sources, 1);
    return threads > sources ? static_cast<unsigned>(threads - sources) : 0;
  }

  // `sources` is the expected number of sources read at once. `memory_per_source` limits what is
  // decoded ahead for a source, including its compressed bytes.
  explicit DecodePool(unsigned helpers, size_t sources = 1,
                      size_t memory_per_source = kMemoryPerSource);
  // REQUIRES: no source uses it any more.
  ~DecodePool() = default;
  DecodePool(const DecodePool&) = delete;
  DecodePool& operator=(const DecodePool&) = delete;

  unsigned helpers() const noexcept { return helpers_; }
  size_t memory_per_source() const noexcept { return memory_per_source_; }

  // Tasks begin in the order in which they are offered.
  void offer(Task& task);
  // Returns when the task is done, and rethrows what it has thrown. While a helper works on it,
  // this thread runs other tasks of the same owner.
  void finish(Task& task);
  // Returns when nobody works on the task and nobody will.
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
  CondVar ready_;  // signals helpers: a task was offered, a loan was returned, or the pool ends
  CondVar done_;
  std::deque<Task*> offered_ GUARDED_BY(mutex_);
  unsigned helping_ GUARDED_BY(mutex_) = 0;  // helpers that are working on a task
  unsigned lent_ GUARDED_BY(mutex_) = 0;
  bool closing_ GUARDED_BY(mutex_) = false;
  bool begun_ GUARDED_BY(mutex_) = false;
  ThreadGroup threads_{[this] { close(); }};  // empty before the first task
};

}  // namespace gophercap::io
