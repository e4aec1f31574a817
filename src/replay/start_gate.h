// The common start of all sending threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace gophercap::replay {

// Whoever has something to send first claims the start, says when it is, and opens; the others wait
// for it.
class StartGate {
 public:
  bool claim() noexcept { return !claimed_.exchange(true, std::memory_order_relaxed); }
  void open(SendTime start, std::optional<int64_t> wall_ns) noexcept {
    start_ = start;
    wall_ns_ = wall_ns;
    open_.store(true, std::memory_order_release);
  }
  bool is_open() const noexcept { return open_.load(std::memory_order_acquire); }
  // REQUIRES: is_open().
  SendTime start() const noexcept { return start_; }
  // The same instant by CLOCK_REALTIME, in nanoseconds since 1970; empty: no real time passes.
  std::optional<int64_t> wall_ns() const noexcept { return wall_ns_; }

 private:
  std::atomic<bool> claimed_{false};
  std::atomic<bool> open_{false};
  SendTime start_{};
  std::optional<int64_t> wall_ns_;
};

}  // namespace gophercap::replay
