// What there is to say of a set before it is replayed.
#pragma once

#include <string>

#include "base/result.h"
#include "dataset/scan/file_summary.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// The capture, or the tarball that it is in, is not there any more.
bool is_missing(const dataset::FileSummary& file);

// Warns of captures and tarballs of a dump that are missing; where all are, there is nothing to
// replay (kNotFound). What was not there when the set was mapped has not gone since.
Result<> check_missing(const dataset::DatasetSummary& set, const std::string& dump_path,
                       Reporter& reporter);

// What the names of the files do not let one expect: several captures in one file, one capture
// under two names.
void tell_of_contents(const dataset::DatasetSummary& set, Reporter& reporter);

}  // namespace gophercap::jobs
