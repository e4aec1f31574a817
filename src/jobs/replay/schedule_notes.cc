#include "jobs/replay/schedule_notes.h"

#include <algorithm>
#include <chrono>

#include "replay/plan/timeline.h"

namespace gophercap::jobs {
namespace {

constexpr Nanos kLongPause = std::chrono::minutes(1);
constexpr size_t kMostPauses = 3;

Nanos scaled(Nanos d, Ratio by) noexcept {
  return replay::Timeline(CaptureTime{}, Nanos{0}, by).due(CaptureTime(d), 0);
}

// The capture time of a key: keys of files that were shifted mean nothing to users. Saturated.
CaptureTime as_captured(CaptureTime key, const replay::PlannedFile& file) noexcept {
  return CaptureTime(saturating_distance(CaptureTime(file.key_shift), key));
}

}  // namespace

LongPauses long_pauses(const replay::Plan& plan, Ratio time_factor) {
  LongPauses found;
  found.takes = scaled(plan.span(), time_factor);
  const dataset::Pauses pauses =
      replay::pauses_of(plan, scaled(kLongPause, time_factor.inverse()), kMostPauses);
  const Nanos sum = scaled(pauses.sum, time_factor);
  if (pauses.count == 0 || sum < found.takes / 2) return found;
  found.count = pauses.count;
  found.sum = sum;
  for (const dataset::Pause& pause : pauses.longest) {
    const replay::PlannedFile& before = plan.files[pause.before];
    const replay::PlannedFile& after = plan.files[pause.after];
    found.sequence_helps |= pause.before != pause.after && !plan.in_sequence;
    found.longest.push_back({.length = scaled(pause.length(), time_factor),
                             .from = as_captured(pause.from, before),
                             .to = as_captured(pause.to, after),
                             .before = before.path,
                             .after = after.path,
                             .first = pause.from == plan.first,
                             .last = pause.to == plan.last});
  }
  return found;
}

ClocksSetBack clocks_set_back(const replay::Plan& plan) {
  ClocksSetBack found;
  if (plan.key_rule == replay::KeyRule::kOwnTime) return found;
  for (const replay::PlannedFile& file : plan.files) {
    // Older dumps do not count steps, but have the largest one.
    const bool any = file.packets_behind_step > 0 || file.step_back > dataset::kClockStep;
    if (!any || file.follow) continue;
    const uint64_t steps = std::max<uint64_t>(file.clock_steps_back, 1);
    if (found.files++ == 0) {
      found.first_file = file.path;
      found.first_from = file.first_step_back_from;
      found.largest = file.step_back;
    }
    found.steps += steps;
    found.packets += file.packets_behind_step;
  }
  return found;
}

ScheduleNotes schedule_notes(const dataset::DatasetSummary& set) {
  const Result<replay::Plan> plan = replay::make_plan(set);
  if (!plan) return {};
  return {.pauses = long_pauses(*plan, {}), .clocks = clocks_set_back(*plan)};
}

}  // namespace gophercap::jobs
