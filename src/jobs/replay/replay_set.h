// The set that a replay is of: a dump brought up to date, or paths that are mapped first.
#pragma once

#include <memory>
#include <stop_token>

#include "base/result.h"
#include "dataset/scan/file_summary.h"
#include "jobs/map/tarballs.h"
#include "jobs/replay/replay_job.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

struct LoadedSet {
  dataset::DatasetSummary set;
  std::shared_ptr<Tarballs> tarballs;  // their indexes are there as long as this is
};

// Every entry has just been mapped or holds still: kNotFound if no file is left, kCancelled, and
// what keeps the dump or the paths from being read.
Result<LoadedSet> load_set(const ReplayOptions& options, Reporter& reporter,
                           const std::stop_token& stop);

}  // namespace gophercap::jobs
