// When the packets of a set are due.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ratio.h"
#include "base/time.h"
#include "replay/plan/clock_steps.h"
#include "replay/send/scheduler.h"

namespace gophercap::jobs {

struct ScheduleOptions {
  bool topspeed = false;
  replay::ScheduleRule rule;      // a rate instead of capture times; the longest gap
  Ratio speed{};                  // 2 = twice as fast
  std::optional<Nanos> scale_to;  // > 0; replaces `speed`: how long one loop takes
  bool files_start_together = false;
  // Plays the files one after the other in the order of their paths, this far apart (>= 0, in
  // capture time). Cannot be combined with files_start_together.
  std::optional<Nanos> file_gap;
  bool sort = false;               // sort the packets inside each file
  replay::ClockSteps clock_steps;  // cannot be combined with `sort`
  int64_t loop_count = 1;          // <= 0: endless
  std::optional<Nanos> loop_gap;   // >= 0, in capture time; default: the mean gap

  // 0: endless.
  uint64_t loops() const noexcept {
    return loop_count <= 0 ? 0 : static_cast<uint64_t>(loop_count);
  }
};

}  // namespace gophercap::jobs
