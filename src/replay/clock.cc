#include "replay/clock.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/worker_pool.h"

namespace gophercap::replay {
namespace {

constexpr Nanos kLongestSleep =
    std::chrono::milliseconds(50);  // how long a stop may have to wait for a sleeper

void sleep_until(SendTime when) noexcept {
  const int64_t ns = ns_of(when);
  const timespec ts{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, nullptr) == EINTR) {
  }
}

inline void cpu_relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

RealClock::RealClock(Pacing pacing) {
  using std::chrono::microseconds;
  if (pacing == Pacing::kEco || cpu_count() == 1) {
    smallest_margin_ = largest_margin_ = Nanos(0);
  } else if (pacing == Pacing::kBalanced) {
    smallest_margin_ = microseconds(60);
    largest_margin_ = microseconds(200);
  } else {
    smallest_margin_ = microseconds(100);
    largest_margin_ = microseconds(500);
  }
  margin_ = std::min(largest_margin_, std::max(smallest_margin_, Nanos(microseconds(100))));
}

// Up at once, down slowly: a margin that is too short costs a late packet, one that is too long
// only CPU time. Stalls of the machine, far beyond any margin, teach nothing.
void RealClock::learn(Nanos overslept) noexcept {
  if (overslept > 2 * largest_margin_) return;
  const Nanos wanted = overslept + overslept / 4;
  margin_ = wanted > margin_ ? wanted : margin_ - (margin_ - wanted) / 64;
  margin_ = std::clamp(margin_, smallest_margin_, largest_margin_);
}

SendTime RealClock::now() noexcept {
  return SendClock::now();
}

bool RealClock::wait_until(SendTime when, const std::stop_token& stop) noexcept {
  for (SendTime t = now(); t < when; t = now()) {
    const Nanos left = when - t;
    if (left > margin_) {
      if (stop.stop_requested()) return false;
      const SendTime wake = t + std::min(left - margin_, kLongestSleep);
      sleep_until(wake);
      if (largest_margin_ > Nanos(0)) learn(now() - wake);
    } else {
      cpu_relax();
    }
  }
  return !stop.stop_requested();
}

}  // namespace gophercap::replay
