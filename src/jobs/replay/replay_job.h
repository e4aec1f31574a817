// `gophercap replay`: sends a dataset to an interface (or a file) with its captured timing.
#pragma once

#include <optional>
#include <stop_token>

#include "base/result.h"
#include "jobs/replay/replay_options.h"
#include "jobs/reporter.h"
#include "replay/control.h"
#include "replay/report.h"

namespace gophercap::jobs {

struct ReplayResult {
  replay::Report report;
  std::optional<Error> report_error;  // why the report could not be written
  bool interrupted = false;
};

// Fails if nothing can be sent for a reason known before the first packet (interface, permission,
// no files, no packets, no folder for the report). Later errors are in the result, and the report
// is written anyway. `control` changes the replay while it runs; without it there is one of its own
// if options.control_path asks for a socket. A stop through it counts as an interruption.
Result<ReplayResult> run_replay(const ReplayOptions& options, Reporter& reporter,
                                std::stop_token stop, replay::Control* control = nullptr);

}  // namespace gophercap::jobs
