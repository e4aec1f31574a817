// When the departures of a lane are due: as planned, or as the control of the replay has changed
// it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "replay/control.h"
#include "replay/send/anchor.h"
#include "replay/send/clock.h"

namespace gophercap::replay {

// Used by one sending thread. Without a control it costs one comparison for each call of held().
class LaneSchedule {
 public:
  // `control` may be null.
  LaneSchedule(Control* control, Clock& clock, size_t lane) noexcept
      : control_(control), clock_(clock), lane_(lane) {}

  // The planned schedule begins at `start`.
  void begin(SendTime start) noexcept;
  SendTime due(int64_t planned_ns) const noexcept {
    if (changed_factor_) [[unlikely]]
      return anchor_.due(Nanos(planned_ns));
    return SendTime(saturating_sum(start_.time_since_epoch(), Nanos(planned_ns)));
  }
  SendTime start() const noexcept { return start_; }
  // Moves the rest.
  void slip(Nanos late) noexcept;

  // Takes over what has changed. Returns true if nothing may be sent, except by steps.
  bool held() noexcept {
    if (control_ != nullptr && control_->count().load(std::memory_order_acquire) != seen_)
        [[unlikely]]
      take_over();
    return held_;
  }
  // True if what is in the ring is passed over by a seek. REQUIRES: held() was called.
  bool passed_over() const noexcept { return seeks_ != flushed_; }
  void note_flush(uint64_t seek) noexcept { flushed_ = seek; }
  // The schedule goes on at this planned time after a seek.
  void resume_after(uint64_t seek, int64_t planned_ns) noexcept {
    control_->resume_after(seek, Nanos(planned_ns));
    take_over();
  }

  // Call while held: whether the next packet, due at that time by plan, may be sent now. Takes a
  // nap if not. The answer is the same until step_done().
  bool may_step(int64_t planned_ns) noexcept;
  bool stepping() const noexcept { return stepping_; }
  void step_done() noexcept { stepping_ = false; }

  // Call before the ring is looked at, and note_empty() with the result if it was empty.
  uint64_t round() const noexcept {
    return control_ == nullptr ? 0 : control_->rounds().load(std::memory_order_acquire);
  }
  void note_empty(uint64_t round) noexcept {
    if (held()) [[unlikely]]
      control_->note_empty(lane_, round);
  }
  // The thread ends.
  void end() noexcept {
    if (control_ != nullptr) control_->leave(lane_);
  }

 private:
  void take_over() noexcept;

  Control* const control_;
  Clock& clock_;
  const size_t lane_;
  uint64_t seen_ = 0;
  uint64_t seeks_ = 0;    // number of the last seek that it knows
  uint64_t flushed_ = 0;  // the last one whose marker it has passed
  SendTime start_{};      // if the factor is unchanged, the planned offsets count from here
  Anchor anchor_;
  bool changed_factor_ = false;
  bool held_ = false;
  bool stepping_ = false;
};

}  // namespace gophercap::replay
