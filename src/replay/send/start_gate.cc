#include "replay/send/start_gate.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

namespace gophercap::replay {
namespace {

// If the memory is too small to queue enough, or the machine is too busy, the start waits no longer
// than this: readers that cannot keep up make the first packets late.
constexpr Nanos kLongestForQueue = std::chrono::milliseconds(500);
constexpr Nanos kLongestForFirstSecond = std::chrono::seconds(30);
constexpr Nanos kLead =
    std::chrono::milliseconds(1);  // from being ready to the due time of the first packet
// A start by the wall clock is fixed this long in advance.
constexpr Nanos kFixBefore = std::chrono::milliseconds(20);
constexpr Nanos kNap = std::chrono::microseconds(20);
constexpr Nanos kLongNap = std::chrono::milliseconds(1);

Nanos left_until(int64_t wall_ns, SendTime now) noexcept {
  return saturating_sum(Nanos(wall_ns), Nanos(-wall_time_of(now)));
}

// Reads the wall clock repeatedly, because it may be set or slewed meanwhile. Shortly before the
// time it is assumed to run like our own clock. Returns nothing if a stop was requested first.
std::optional<SendTime> wait_for_wall_time(Clock& clock, int64_t wall_ns,
                                           const std::stop_token& stop) {
  constexpr Nanos kLookEvery = std::chrono::seconds(1);
  for (;;) {
    const SendTime now = clock.now();
    const Nanos left = left_until(wall_ns, now);
    if (left <= kFixBefore) return now + std::max(left, Nanos(0));
    if (!clock.wait_until(now + std::min(left - kFixBefore, kLookEvery), stop)) return std::nullopt;
  }
}

}  // namespace

int64_t wall_time_of(SendTime when) noexcept {
  timespec wall{};
  const SendTime before = SendClock::now();
  ::clock_gettime(CLOCK_REALTIME, &wall);
  const SendTime after = SendClock::now();
  const SendTime read = before + (after - before) / 2;
  return int64_t{wall.tv_sec} * 1'000'000'000 + wall.tv_nsec + (when - read).count();
}

bool StartGate::open_when_ready(Clock& clock, const StartRule& rule,
                                const std::function<bool()>& enough_queued,
                                const std::stop_token& stop) {
  const SendTime asked = SendClock::now();
  const auto ready = [&](SendTime now) {
    if (rule.at_wall_ns && left_until(*rule.at_wall_ns, now) <= kFixBefore) return true;
    return (is_fed() || now - asked >= kLongestForFirstSecond) &&
           (now - asked >= kLongestForQueue || enough_queued());
  };
  for (SendTime now = asked; clock.is_real() && !ready(now); now = SendClock::now()) {
    if (stop.stop_requested()) return false;
    std::this_thread::sleep_for(now - asked < kLongestForQueue ? kNap : kLongNap);
  }
  start_ = clock.now() + (rule.paced ? kLead : Nanos(0));
  if (clock.is_real() && rule.at_wall_ns) {
    const std::optional<SendTime> given = wait_for_wall_time(clock, *rule.at_wall_ns, stop);
    if (!given) return false;
    start_ = *given;
  }
  was_fed_ = is_fed() || !clock.is_real();
  if (clock.is_real()) wall_ns_ = wall_time_of(start_);
  open_.store(true, std::memory_order_release);
  return true;
}

}  // namespace gophercap::replay
