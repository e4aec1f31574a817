// Loads the set that a job works on, from a dump that is brought up to date, or by mapping paths.
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
  std::shared_ptr<Tarballs> tarballs;  // keeps the indexes available
};

// Every entry of the result is up to date. Errors: kNotFound if no file is left, kInvalidArgument
// if an output is one of the files, kCancelled, and those of reading the dump or the paths.
//
// Before captures are read, the job is confined (confine::confine_job()) to the files of the set
// and what it needs `beside` them.
Result<LoadedSet> load_set(const SetOptions& options, const confine::Needs& beside,
                           Reporter& reporter, const std::stop_token& stop);

}  // namespace gophercap::jobs
