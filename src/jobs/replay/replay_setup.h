// What run_replay() and forecast_replay() have in common: everything up to the first packet.
#pragma once

#include <cstdint>
#include <stop_token>

#include "base/result.h"
#include "dataset/scan/file_summary.h"
#include "jobs/replay/planned_set.h"
#include "jobs/replay/replay_options.h"
#include "jobs/reporter.h"
#include "transmit/transmitter.h"

namespace gophercap::jobs {

// Loads and plans the set; its engine knows how packets are delivered, too.
Result<PlannedSet> set_up(const ReplayOptions& options, Reporter& reporter,
                          const std::stop_token& stop);

// How many packets of a file are too long for the target, as far as its summary tells.
struct Bounds {
  uint64_t least = 0;
  uint64_t most = 0;
  bool some_are =
      false;  // the longest is, whatever else: not all that may be too long fit after all
};
Bounds too_long(const dataset::FileSummary& file, const transmit::FrameLimits& limits) noexcept;

}  // namespace gophercap::jobs
