// What run_replay() and forecast_replay() have in common: everything up to the first packet.
#pragma once

#include <stop_token>

#include "base/result.h"
#include "jobs/replay/planned_set.h"
#include "jobs/replay/replay_options.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// Loads and plans the set; its engine knows how packets are delivered, too.
Result<PlannedSet> set_up(const ReplayOptions& options, Reporter& reporter,
                          const std::stop_token& stop);

}  // namespace gophercap::jobs
