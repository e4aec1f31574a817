#include "replay/send/lane_schedule.h"

#include <ctime>

namespace gophercap::replay {
namespace {

// Between two looks at a paused replay.
constexpr long kNapNs = 2'000'000;
// The same while another lane has to make a step first.
constexpr long kShortNapNs = 50'000;

void nap(long ns) noexcept {
  const timespec ts{0, ns};
  ::nanosleep(&ts, nullptr);
}

}  // namespace

void LaneSchedule::begin(SendTime start) noexcept {
  start_ = start;
  if (control_ == nullptr) return;
  control_->start_at(start);
  take_over();
}

void LaneSchedule::take_over() noexcept {
  const Control::View view = control_->view();
  seen_ = view.count;
  clock_.heed(control_->count(), seen_);
  anchor_ = view.anchor;
  changed_factor_ = !anchor_.as_planned();
  start_ = SendTime(saturating_sum(anchor_.at.time_since_epoch(), -anchor_.offset));
  held_ = view.paused;
  if (!held_) stepping_ = false;  // what is left of the step is sent as usual
  seeks_ = view.seeks;
}

void LaneSchedule::slip(Nanos late) noexcept {
  if (control_ == nullptr) {
    start_ += late;
    return;
  }
  control_->slip(late);
  take_over();
}

bool LaneSchedule::may_step(int64_t planned_ns) noexcept {
  if (stepping_) return true;
  stepping_ = control_->take_step(lane_, Nanos(planned_ns), round());
  if (!stepping_) nap(control_->steps_wanted() ? kShortNapNs : kNapNs);
  return stepping_;
}

}  // namespace gophercap::replay
