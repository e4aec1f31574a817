// The clock that a replay runs by: the machine's, or a simulated one that makes hours pass at once.
#pragma once

#include <atomic>
#include <cstdint>
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

enum class Pacing : uint8_t {
  kEco,       // sleeps only: 5 to 60 µs late, a few percent of a CPU
  kBalanced,  // sleeps, then spins for the time by which sleeps end late here
  kExact,     // as balanced, with a longer spin; replay/privileges.h adds what the system may grant
};

// CLOCK_MONOTONIC. A sleep alone wakes 10 to 100 µs late, so it sleeps to a margin before the time
// and spins from there. The margin follows what the sleeps of this run were late by. On a machine
// with one CPU it never spins: the spinner would keep the readers from the only CPU.
class RealClock final : public Clock {
 public:
  explicit RealClock(Pacing pacing = Pacing::kBalanced);
  SendTime now() noexcept override;
  bool wait_until(SendTime when, const std::stop_token& stop) noexcept override;
  bool is_real() const noexcept override { return true; }

 private:
  void learn(Nanos overslept) noexcept;

  Nanos smallest_margin_;
  Nanos largest_margin_;
  Nanos margin_;
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
