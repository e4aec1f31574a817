// The result of a replay, and of its dry run, as text. They are in one file because they describe
// files, speed and packets that are not sent in the same words.
#pragma once

#include <string>
#include <vector>

#include "cli/text/text_options.h"
#include "jobs/replay/replay_forecast.h"
#include "replay/report.h"

namespace gophercap::cli {

// Accounts for every packet, durations, lateness. `simulated`: no real time has passed
// (--out-file), so rates are meaningless.
std::string replay_report(const replay::Report& report, bool simulated, const TextOptions& options);

// A line for each interface that did not send everything that was passed to it, by the kernel's own
// count.
std::vector<std::string> lost_behind_us(const replay::Report& report);

// What a replay would do (--dryrun).
std::string forecast_report(const jobs::Forecast& forecast);

}  // namespace gophercap::cli
