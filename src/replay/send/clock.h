// The clock that a replay runs by: the machine's, or a simulated one that makes hours pass at once.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <stop_token>

#include "base/time.h"
#include "base/words.h"

namespace gophercap::replay {

// Times at which the machine did not run a thread that was spinning: another had its CPU, or a
// virtual machine's host did.
struct Stalls {
  static constexpr Nanos kShortest = std::chrono::microseconds(100);
  uint64_t count = 0;
  Nanos total{0};
  Nanos longest{0};
  void add(const Stalls& other) noexcept {
    count += other.count;
    total += other.total;
    longest = std::max(longest, other.longest);
  }
};

// Each is used by one sending thread only; stalls() may be asked when that has ended.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SendTime now() noexcept = 0;
  // Returns at `when` or, if a stop is asked for, soon after that (within 50 ms), and then false.
  virtual bool wait_until(SendTime when, const std::stop_token& stop) noexcept = 0;
  virtual Stalls stalls() const noexcept { return {}; }
  // Does real time pass? If not, lateness means nothing.
  virtual bool is_real() const noexcept = 0;
};

enum class PacingProfile : uint8_t {
  kEco,       // sleeps only: 5 to 60 µs late, a few percent of a CPU
  kBalanced,  // sleeps, then spins for the time by which sleeps end late here
  kExact,  // as balanced, with a longer spin; replay/send/realtime.h adds what the system may grant
};
constexpr auto words_of(PacingProfile) noexcept {
  return std::to_array<Word<PacingProfile>>({{PacingProfile::kEco, "eco"},
                                             {PacingProfile::kBalanced, "balanced"},
                                             {PacingProfile::kExact, "exact"}});
}

// CLOCK_MONOTONIC. A sleep alone wakes 10 to 100 µs late, and much later now and then, so it sleeps
// to a margin before the time and spins from there. The margin is what all but two of this run's
// last 256 sleeps were late by at most, within bounds; a long one is taken only where the wait is
// much longer. On a machine with one CPU it never spins: the spinner would keep the readers from
// the only CPU.
class RealClock final : public Clock {
 public:
  explicit RealClock(PacingProfile pacing = PacingProfile::kBalanced);
  SendTime now() noexcept override;
  bool wait_until(SendTime when, const std::stop_token& stop) noexcept override;
  Stalls stalls() const noexcept override { return stalls_; }
  bool is_real() const noexcept override { return true; }

 private:
  void learn(Nanos overslept) noexcept;

  struct Bounds {
    Nanos smallest;
    Nanos usual;    // whatever the wait
    Nanos largest;  // where the wait is `share` times as long
    int share;
  };
  Bounds bounds_;
  Nanos margin_;
  std::array<int32_t, 256> overslept_ns_{};  // of the newest sleeps
  uint64_t sleeps_ = 0;
  Stalls stalls_;
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
