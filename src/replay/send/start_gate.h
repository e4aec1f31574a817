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
  bool paced = true;  // false with a simulated clock
  // Wall clock time (CLOCK_REALTIME, ns since 1970). Empty: as soon as enough has been read.
  std::optional<int64_t> at_wall_ns{};
};

// The first thread with something to send claims the start, determines its time and opens the gate;
// the others wait for it.
class StartGate {
 public:
  bool claim() noexcept { return !claimed_.exchange(true, std::memory_order_relaxed); }

  // Called by the thread that feeds the senders when everything due in the first second has been
  // read, of every file.
  void set_fed() noexcept { fed_.store(true, std::memory_order_release); }
  bool is_fed() const noexcept { return fed_.load(std::memory_order_acquire); }

  // Waits until enough has been read (`enough_queued`: as many packets as should be queued), and
  // for the time of the rule; then opens. A slow disk may take half a minute for the first second.
  // After that, or when the given time has come, it opens anyway, and was_fed() is false. With a
  // simulated clock there is no wait. Returns false, with the gate closed, if a stop was requested
  // first. REQUIRES: claimed.
  bool open_when_ready(Clock& clock, const StartRule& rule,
                       const std::function<bool()>& enough_queued, const std::stop_token& stop);

  bool is_open() const noexcept { return open_.load(std::memory_order_acquire); }
  // REQUIRES: is_open().
  SendTime start() const noexcept { return start_; }
  // The same instant by CLOCK_REALTIME, in nanoseconds since 1970. Empty with a simulated clock.
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

// Converts `when` to wall clock time in nanoseconds since 1970.
int64_t wall_time_of(SendTime when) noexcept;

}  // namespace gophercap::replay
