#include "replay/send/anchor.h"

#include "base/saturating.h"
#include "replay/plan/scale.h"

namespace gophercap::replay {

SendTime Anchor::due(Nanos planned) const noexcept {
  const Int128 since = Int128{planned.count()} - offset.count();
  return SendTime(
      Nanos(saturated_int64(Int128{ns_of(at)} + scale(since, since < 0 ? before : factor))));
}

Nanos Anchor::reached(SendTime now) const noexcept {
  const Int128 since = Int128{ns_of(now)} - ns_of(at);
  return Nanos(saturated_int64(Int128{offset.count()} +
                               scale(since, (since < 0 ? before : factor).inverse())));
}

Anchor Anchor::shifted(Nanos shift) const noexcept {
  Anchor moved = *this;
  moved.at = SendTime(saturating_sum(at.time_since_epoch(), shift));
  return moved;
}

Anchor Anchor::with_factor(SendTime now, Ratio next) const noexcept {
  const Nanos here = reached(now);
  return {here, due(here), next, here < offset ? before : factor};
}

Anchor Anchor::moved_to(Nanos planned, SendTime now) const noexcept {
  return {planned, now, factor, factor};
}

}  // namespace gophercap::replay
