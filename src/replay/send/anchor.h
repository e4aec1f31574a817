// Where the schedule, as it was planned, stands on the send clock.
#pragma once

#include "base/ratio.h"
#include "base/time.h"

namespace gophercap::replay {

// A packet with the planned offset o is due at `at` + (o - `offset`) * `factor`, rounded down to a
// nanosecond. Each change of the schedule makes a new anchor, and due times are always computed
// from that, so errors do not add up.
struct Anchor {
  Nanos offset{0};  // in the planned schedule
  SendTime at{};    // when it is due
  Ratio factor{};   // send time per planned time, from `offset` on
  Ratio before{};   // the same for packets before it: those that are late keep their due times

  SendTime due(Nanos planned) const noexcept;
  // The inverse: the last whole nanosecond of the planned schedule that is due at `now`.
  Nanos reached(SendTime now) const noexcept;

  // The same schedule, later by `shift`.
  Anchor shifted(Nanos shift) const noexcept;
  // The schedule continues from what is reached at `now` with another factor.
  Anchor with_factor(SendTime now, Ratio next) const noexcept;
  // The schedule continues from `planned` at `now`.
  Anchor moved_to(Nanos planned, SendTime now) const noexcept;

  bool as_planned() const noexcept { return factor == Ratio{} && before == Ratio{}; }
};

}  // namespace gophercap::replay
