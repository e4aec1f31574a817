#include "replay/send/clock.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <functional>

#include "base/worker_pool.h"

namespace gophercap::replay {
namespace {

// A stop request may have to wait for a sleep of this length.
constexpr Nanos kLongestSleep = std::chrono::milliseconds(50);

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

RealClock::RealClock(PacingProfile pacing) {
  using std::chrono::microseconds;
  if (pacing == PacingProfile::kEco || cpu_count() == 1) {
    bounds_ = {Nanos(0), Nanos(0), Nanos(0), 1};
  } else if (pacing == PacingProfile::kBalanced) {
    bounds_ = {microseconds(100), microseconds(200), microseconds(1000), 8};
  } else {
    bounds_ = {microseconds(200), microseconds(500), microseconds(4000), 2};
  }
  margin_ = std::min<Nanos>(bounds_.usual, microseconds(150));
}

// Computes the margin only after every 16th sleep: it takes a microsecond shortly before a packet
// is due.
void RealClock::learn(Nanos overslept) noexcept {
  constexpr uint64_t kLookEvery = 16;
  overslept_ns_[sleeps_++ % overslept_ns_.size()] =
      static_cast<int32_t>(std::clamp<int64_t>(overslept.count(), 0, INT32_MAX));
  if (sleeps_ % kLookEvery != 0) return;
  std::array<int32_t, 256> seen = overslept_ns_;
  const size_t n = std::min<uint64_t>(sleeps_, seen.size());
  const auto third = seen.begin() + std::min<ptrdiff_t>(2, static_cast<ptrdiff_t>(n) - 1);
  std::nth_element(seen.begin(), third, seen.begin() + static_cast<ptrdiff_t>(n), std::greater<>());
  margin_ = std::clamp<Nanos>(Nanos(int64_t{*third} * 5 / 4), bounds_.smallest, bounds_.largest);
}

SendTime RealClock::now() noexcept {
  return SendClock::now();
}

bool RealClock::wait_until(SendTime when, const std::stop_token& stop) noexcept {
  SendTime t = now();
  const Nanos margin = std::min(margin_, std::max(bounds_.usual, (when - t) / bounds_.share));
  while (t < when) {
    const Nanos left = when - t;
    if (left > margin) {
      if (interrupted(stop)) return false;
      const SendTime wake = t + std::min(left - margin, kLongestSleep);
      sleep_until(wake);
      t = now();
      if (bounds_.largest > Nanos(0)) learn(t - wake);
      continue;
    }
    cpu_relax();
    const SendTime before = t;
    t = now();
    if (t - before >= Stalls::kShortest) [[unlikely]]
      stalls_.add({1, t - before, t - before});
  }
  return !interrupted(stop);
}

}  // namespace gophercap::replay
