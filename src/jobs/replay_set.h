// The set that a replay is of: a dump brought up to date, or paths that are mapped first.
#pragma once

#include <stop_token>

#include "base/result.h"
#include "dataset/file_summary.h"
#include "jobs/replay_job.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// Every entry has just been mapped or holds still: kNotFound if no file is left, kCancelled, and
// what keeps the dump or the paths from being read.
Result<dataset::DatasetSummary> load_set(const ReplayOptions& options, Reporter& reporter,
                                         const std::stop_token& stop);

}  // namespace gophercap::jobs
