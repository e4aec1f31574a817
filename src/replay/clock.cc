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

RealClock::RealClock(Nanos spin_margin) : spin_margin_(cpu_count() > 1 ? spin_margin : Nanos(0)) {}

SendTime RealClock::now() noexcept {
  return SendClock::now();
}

bool RealClock::wait_until(SendTime when, const std::stop_token& stop) noexcept {
  for (SendTime t = now(); t < when; t = now()) {
    const Nanos left = when - t;
    if (left > spin_margin_) {
      if (stop.stop_requested()) return false;
      sleep_until(t + std::min(left - spin_margin_, kLongestSleep));
    } else {
      cpu_relax();
    }
  }
  return !stop.stop_requested();
}

}  // namespace gophercap::replay
