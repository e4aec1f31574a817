// The clock of a replay: that of the machine, or a simulated one in which waiting takes no time.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>

#include "base/time.h"
#include "base/words.h"

namespace gophercap::replay {

// Times at which a spinning thread did not run, because another thread or the host of the virtual
// machine had its CPU.
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

// Each clock is used by one sending thread. stalls() may be called when that has ended.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SendTime now() noexcept = 0;
  // Returns true at `when`, or false within 50 ms of a stop request or of a change of the count
  // passed to heed().
  virtual bool wait_until(SendTime when, const std::stop_token& stop) noexcept = 0;
  virtual Stalls stalls() const noexcept { return {}; }
  // False if no real time passes, so that lateness is meaningless.
  virtual bool is_real() const noexcept = 0;

  // `count` is borrowed; `seen` is its value that the thread knows.
  void heed(const std::atomic<uint64_t>& count, uint64_t seen) noexcept {
    count_ = &count;
    seen_ = seen;
  }

 protected:
  bool interrupted(const std::stop_token& stop) const noexcept {
    return stop.stop_requested() ||
           (count_ != nullptr && count_->load(std::memory_order_relaxed) != seen_);
  }

 private:
  const std::atomic<uint64_t>* count_ = nullptr;
  uint64_t seen_ = 0;
};

// How precisely due times are kept (--pacing), and at what cost in CPU time.
enum class PacingProfile : uint8_t {
  kEco,       // sleeps only: 5 to 60 µs late, a few percent of a CPU
  kBalanced,  // sleeps, then spins for as long as sleeps end late on this machine
  kExact,     // the same with a longer spin, and with what replay/send/realtime.h asks for
};
constexpr auto words_of(PacingProfile) noexcept {
  return std::to_array<Word<PacingProfile>>({{PacingProfile::kEco, "eco"},
                                             {PacingProfile::kBalanced, "balanced"},
                                             {PacingProfile::kExact, "exact"}});
}

// CLOCK_MONOTONIC. A sleep ends 10 to 100 µs late, and now and then much later. So wait_until()
// sleeps until a margin before the time and spins for the rest. The margin follows the lateness of
// the last 256 sleeps, without the two largest, and has bounds; a long margin is used only if the
// wait is much longer. With one CPU it never spins, because readers would get no CPU meanwhile.
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
    Nanos usual;    // for a wait of any length
    Nanos largest;  // if the wait is at least `share` times as long
    int share;
  };
  Bounds bounds_;
  Nanos margin_;
  std::array<int32_t, 256> overslept_ns_{};  // lateness of the last sleeps
  uint64_t sleeps_ = 0;
  Stalls stalls_;
};

// Only wait_until() moves its time, and takes no real time.
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
