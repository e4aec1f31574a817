// The common part of run_replay() and forecast_replay(): everything before the first packet.
#pragma once

#include <stop_token>

#include "base/result.h"
#include "jobs/replay/planned_set.h"
#include "jobs/replay/replay_options.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// Loads and plans the set, and sets in the engine options how packets are delivered.
Result<PlannedSet> set_up(const ReplayOptions& options, Reporter& reporter,
                          const std::stop_token& stop);

}  // namespace gophercap::jobs
