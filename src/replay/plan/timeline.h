// The schedule of a replay: when each packet of the set is due. Only this class converts capture
// time to send time.
#pragma once

#include <cstdint>

#include "base/ratio.h"
#include "base/time.h"

namespace gophercap::replay {

// due(p, n) = ((key(p) - first) + n * period) * num / den after the start, rounded down to a
// nanosecond. It is computed in 128 bits from the start each time, so errors do not add up and
// there is no drift. Immutable, so all threads may use it.
class Timeline {
 public:
  // `time_factor` is send time per capture time: 1/2 plays twice as fast. `period` is the length of
  // a loop in capture time. REQUIRES: time_factor.num, time_factor.den > 0; period >= 0.
  Timeline(CaptureTime first, Nanos period, Ratio time_factor) noexcept
      : first_(first), period_(period), time_factor_(time_factor) {}

  // Returns the offset from the start. It saturates at the limits of 64 bits (292 years) and is
  // negative for a key before `first`.
  Nanos due(CaptureTime key, uint64_t loop) const noexcept;
  // The inverse of due(): the key that is due at that offset in that loop, with the resolution of
  // the factor.
  CaptureTime key_at(Nanos due, uint64_t loop) const noexcept;
  // The time stamp for a recording: `first` plus that offset.
  CaptureTime stamp(Nanos due) const noexcept;

  CaptureTime first() const noexcept { return first_; }
  Nanos period() const noexcept { return period_; }

 private:
  CaptureTime first_;
  Nanos period_;
  Ratio time_factor_;
};

}  // namespace gophercap::replay
