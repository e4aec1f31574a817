#include "replay/send/scheduler.h"

#include "base/saturating.h"

namespace gophercap::replay {
namespace {

__extension__ using UInt128 = unsigned __int128;

// Returns units * 10^exponent_ns / rate, saturated: the time after which that many units are
// through.
int64_t after(uint64_t units, uint64_t ns_per_unit_second, Ratio rate) noexcept {
  const UInt128 scaled = static_cast<UInt128>(units) * ns_per_unit_second;  // < 2^64 * 2^30
  // scaled * den exceeds 128 bits only if the result is far beyond 64 bits.
  if (scaled > (~UInt128{0}) / rate.den) return INT64_MAX;
  return saturated_int64(scaled * rate.den / rate.num);
}

}  // namespace

std::string rate_text(const ScheduleRule& rule) {
  return format_ratio(rule.rate) +
         (rule.kind == ScheduleRule::Kind::kPacketsPerSecond ? " packets/s" : " Mbit/s");
}

Nanos due_at_rate(const ScheduleRule& rule, uint64_t before) noexcept {
  constexpr uint64_t kNanosPerSecond = 1'000'000'000;
  constexpr uint64_t kNanosPerMegabitByte = 8'000;  // a byte at 1 Mbit/s takes 8 µs
  const bool packets = rule.kind == ScheduleRule::Kind::kPacketsPerSecond;
  return Nanos(after(before, packets ? kNanosPerSecond : kNanosPerMegabitByte, rule.rate));
}

Nanos Scheduler::due_by_rule(CaptureTime key, uint64_t loop, uint32_t bytes) noexcept {
  int64_t due = 0;
  switch (rule_.kind) {
    case ScheduleRule::Kind::kPacketsPerSecond:
      due = due_at_rate(rule_, state_.packets++).count();
      break;
    case ScheduleRule::Kind::kMegabitsPerSecond:
      due = due_at_rate(rule_, state_.bytes).count();
      state_.bytes += bytes;
      break;
    case ScheduleRule::Kind::kCaptureTime:
      due = timeline_.due(key, loop).count();
      break;
  }
  due -= state_.time_removed.count();
  if (rule_.longest_gap) {
    const int64_t gap = due - state_.last_due_ns;
    if (gap > rule_.longest_gap->count()) {
      const int64_t removed = gap - rule_.longest_gap->count();
      ++state_.gaps_shortened;
      state_.time_removed += Nanos(removed);
      due -= removed;
    }
  }
  state_.last_due_ns = due;
  return Nanos(due);
}

}  // namespace gophercap::replay
