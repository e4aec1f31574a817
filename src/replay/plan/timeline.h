// The one schedule of a replay: when each packet of the set is due. The only place that turns
// capture time into send time.
#pragma once

#include <cstdint>

#include "base/ratio.h"
#include "base/time.h"

namespace gophercap::replay {

// due(p, n) = ((key(p) - first) + n * period) * num / den after the start, floored to a nanosecond,
// computed in 128 bits from the start each time: nothing adds up, so nothing drifts. Immutable; may
// be used by all threads.
class Timeline {
 public:
  // `stretch` = send time per capture time: 1/2 plays twice as fast. `period` is one loop's length
  // in capture time. REQUIRES: stretch.num, stretch.den > 0; period >= 0.
  Timeline(CaptureTime first, Nanos period, Ratio stretch) noexcept
      : first_(first), period_(period), stretch_(stretch) {}

  // Offset from the start. Saturates at the ends of 64 bits (292 years). Negative for a key before
  // `first`.
  Nanos due(CaptureTime key, uint64_t loop) const noexcept;
  // The key that is due then in that loop, to the grain of the stretch: the way back from due().
  CaptureTime key_at(Nanos due, uint64_t loop) const noexcept;
  // What a recording writes: `first` plus that offset.
  CaptureTime stamp(Nanos due) const noexcept;

  CaptureTime first() const noexcept { return first_; }
  Nanos period() const noexcept { return period_; }

 private:
  CaptureTime first_;
  Nanos period_;
  Ratio stretch_;
};

}  // namespace gophercap::replay
