// The common start of all sending threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>

#include "base/time.h"
#include "replay/send/clock.h"

namespace gophercap::replay {

// When the first packet may be due.
struct StartRule {
  bool paced = true;  // by a clock that means something
  // Wall clock time (CLOCK_REALTIME, ns since 1970); empty: as soon as enough is ready.
  std::optional<int64_t> at_wall_ns{};
};

// Whoever has something to send first claims the start, says when it is, and opens; the others wait
// for it.
class StartGate {
 public:
  bool claim() noexcept { return !claimed_.exchange(true, std::memory_order_relaxed); }

  // What is due in the first second has been read, of every file. By whoever feeds the threads.
  void set_fed() noexcept { fed_.store(true, std::memory_order_release); }
  bool is_fed() const noexcept { return fed_.load(std::memory_order_acquire); }

  // Waits until enough is ready (`enough_queued`: as much as the way to the threads should hold),
  // and for the time that the rule gives; then opens. A slow disk may take half a minute for what
  // is due in the first second; after that, or when the given time has come, the start is taken all
  // the same, and was_fed() is false. Simulated time waits for nothing. False, and closed: a stop
  // came first. REQUIRES: claimed.
  bool open_when_ready(Clock& clock, const StartRule& rule,
                       const std::function<bool()>& enough_queued, const std::stop_token& stop);

  bool is_open() const noexcept { return open_.load(std::memory_order_acquire); }
  // REQUIRES: is_open().
  SendTime start() const noexcept { return start_; }
  // The same instant by CLOCK_REALTIME, in nanoseconds since 1970; empty: no real time passes.
  std::optional<int64_t> wall_ns() const noexcept { return wall_ns_; }
  bool was_fed() const noexcept { return was_fed_; }

 private:
  std::atomic<bool> claimed_{false};
  std::atomic<bool> fed_{false};
  std::atomic<bool> open_{false};
  SendTime start_{};
  std::optional<int64_t> wall_ns_;
  bool was_fed_ = true;
};

// What the wall clock shows at `when`, in nanoseconds since 1970.
int64_t wall_time_of(SendTime when) noexcept;

}  // namespace gophercap::replay
