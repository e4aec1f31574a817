#include "replay/send/pacer.h"

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

std::string rate_text(const Pace& pace) {
  return format_ratio(pace.rate) +
         (pace.kind == Pace::Kind::kPacketsPerSecond ? " packets/s" : " Mbit/s");
}

Nanos due_at_rate(const Pace& pace, uint64_t before) noexcept {
  constexpr uint64_t kNanosPerSecond = 1'000'000'000;
  constexpr uint64_t kNanosPerMegabitByte = 8'000;  // a byte at 1 Mbit/s takes 8 µs
  const bool packets = pace.kind == Pace::Kind::kPacketsPerSecond;
  return Nanos(after(before, packets ? kNanosPerSecond : kNanosPerMegabitByte, pace.rate));
}

Nanos Pacer::paced(CaptureTime key, uint64_t loop, uint32_t bytes) noexcept {
  int64_t due = 0;
  switch (pace_.kind) {
    case Pace::Kind::kPacketsPerSecond:
      due = due_at_rate(pace_, packets_++).count();
      break;
    case Pace::Kind::kMegabitsPerSecond:
      due = due_at_rate(pace_, bytes_).count();
      bytes_ += bytes;
      break;
    case Pace::Kind::kCaptureTime:
      due = timeline_.due(key, loop).count();
      break;
  }
  due -= time_removed_.count();
  if (pace_.longest_gap) {
    const int64_t gap = due - last_due_ns_;
    if (gap > pace_.longest_gap->count()) {
      const int64_t removed = gap - pace_.longest_gap->count();
      ++gaps_shortened_;
      time_removed_ += Nanos(removed);
      due -= removed;
    }
  }
  last_due_ns_ = due;
  return Nanos(due);
}

}  // namespace gophercap::replay
