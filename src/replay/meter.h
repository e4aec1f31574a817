// Tells how far a replay is.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "replay/engine.h"
#include "replay/live_accounts.h"
#include "replay/plan/timeline.h"
#include "replay/send/senders.h"
#include "replay/trail.h"

namespace gophercap::replay {

// Used by the watching thread, except for the trail, which the merging thread fills.
class Meter {
 public:
  // `real_time`: the clock is not simulated. `first` is the first key of the plan. REQUIRES: what
  // is borrowed outlives it.
  Meter(Senders& senders, const Timeline& timeline, const EngineOptions& options, bool real_time,
        CaptureTime first);

  Trail& trail() noexcept { return trail_; }
  LiveAccounts& live() noexcept { return live_; }
  // For a set in memory: the number of frames in one loop, and of packets of the plan.
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
  LiveAccounts live_;
  double passed_each_ = 0;  // packets of the plan per frame; 0: the trail tells
  const SendTime since_ = SendClock::now();
};

}  // namespace gophercap::replay
