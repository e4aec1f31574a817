#include "replay/plan/timeline.h"

#include "base/saturating.h"
#include "replay/plan/scale.h"

namespace gophercap::replay {

Nanos Timeline::due(CaptureTime key, uint64_t loop) const noexcept {
  const Int128 capture =
      Int128{ns_of(key)} - ns_of(first_) + static_cast<Int128>(loop) * period_.count();
  return Nanos(saturated_int64(scale(capture, time_factor_)));
}

CaptureTime Timeline::key_at(Nanos due, uint64_t loop) const noexcept {
  const Int128 capture = scale(Int128{due.count()}, time_factor_.inverse());
  return capture_time(saturated_int64(Int128{ns_of(first_)} + capture -
                                      static_cast<Int128>(loop) * period_.count()));
}

CaptureTime Timeline::stamp(Nanos due) const noexcept {
  return saturating_sum(first_, due);
}

}  // namespace gophercap::replay
