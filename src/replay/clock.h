// The clock that a replay runs by: the machine's, or a simulated one that makes hours pass at once.
#pragma once

#include <atomic>
#include <stop_token>

#include "base/time.h"

namespace gophercap::replay {

// Used by the sending thread only.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SendTime now() noexcept = 0;
  // Returns at `when` or, if a stop is asked for, soon after that (within 50 ms), and then false.
  virtual bool wait_until(SendTime when, const std::stop_token& stop) noexcept = 0;
  // Does real time pass? If not, lateness means nothing.
  virtual bool is_real() const noexcept = 0;
};

// CLOCK_MONOTONIC. Sleeps to `spin_margin` before the time and spins from there, since a sleep
// alone wakes 10 to 100 µs late. On a machine with one CPU it never spins: the spinner would keep
// the readers from the only CPU.
class RealClock final : public Clock {
 public:
  explicit RealClock(Nanos spin_margin = std::chrono::microseconds(100));
  SendTime now() noexcept override;
  bool wait_until(SendTime when, const std::stop_token& stop) noexcept override;
  bool is_real() const noexcept override { return true; }

 private:
  Nanos spin_margin_;
};

// Time stands still but for waiting, which takes none.
class SimulatedClock final : public Clock {
 public:
  SendTime now() noexcept override { return now_; }
  bool wait_until(SendTime when, const std::stop_token& stop) noexcept override {
    if (when > now_) now_ = when;
    return !stop.stop_requested();
  }
  bool is_real() const noexcept override { return false; }

 private:
  SendTime now_{};
};

}  // namespace gophercap::replay
