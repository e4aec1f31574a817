// Loads the set that a job works on: a dump brought up to date, or paths that are mapped first.
#pragma once

#include <memory>
#include <stop_token>

#include "base/result.h"
#include "confine/confine.h"
#include "dataset/scan/file_summary.h"
#include "jobs/map/tarballs.h"
#include "jobs/reporter.h"
#include "jobs/set/set_options.h"

namespace gophercap::jobs {

struct LoadedSet {
  dataset::DatasetSummary set;
  std::shared_ptr<Tarballs> tarballs;  // their indexes are there as long as this is
};

// Every entry has just been mapped or holds still: kNotFound if no file is left, kCancelled, and
// what keeps the dump or the paths from being read.
//
// Before captures are read the job is confined (confine::confine_job()) to the files of the set and
// what is needed `beside` them.
Result<LoadedSet> load_set(const SetOptions& options, const confine::Needs& beside,
                           Reporter& reporter, const std::stop_token& stop);

}  // namespace gophercap::jobs
