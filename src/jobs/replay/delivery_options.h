// Where the packets of a replay go, and what happens to late ones.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "jobs/replay/target.h"
#include "replay/send/clock.h"
#include "replay/send/sender.h"

namespace gophercap::jobs {

struct DeliveryOptions {
  Target target;
  replay::LatePolicy late = replay::LatePolicy::kCatchUp;
  Nanos late_limit{0};
  replay::PacingProfile pacing = replay::PacingProfile::kBalanced;
  std::optional<int64_t> start_at_wall_ns;  // as in SendOptions
  bool preload = false;                     // read the whole set into memory before the first
                                            // packet
};

}  // namespace gophercap::jobs
