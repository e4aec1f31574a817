// How far a replay is, for whoever watches it.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "replay/engine.h"
#include "replay/plan/timeline.h"
#include "replay/send/senders.h"
#include "replay/trail.h"

namespace gophercap::replay {

// Used by the thread that watches; the trail is filled by the one that merges.
class Meter {
 public:
  // `real_time`: by a clock that is. `first`: of the plan. REQUIRES: all outlive it.
  Meter(Senders& senders, const Timeline& timeline, const EngineOptions& options, bool real_time,
        CaptureTime first);

  Trail& trail() noexcept { return trail_; }
  // Of a set in memory: of one of its loops, frames that it holds and packets of the plan.
  void set_stored(uint64_t held, uint64_t planned) noexcept {
    passed_each_ = held == 0 ? 1 : static_cast<double>(planned) / static_cast<double>(held);
  }

  EngineProgress now(bool stopped);

 private:
  Senders& senders_;
  const Timeline& timeline_;
  const EngineOptions& options_;
  const bool real_time_;
  const bool by_capture_time_;
  Trail trail_;
  double passed_each_ = 0;  // 0: as the trail says
  const SendTime since_ = SendClock::now();
};

}  // namespace gophercap::replay
