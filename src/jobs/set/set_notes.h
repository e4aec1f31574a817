// Messages about a set before it is replayed.
#pragma once

#include <string>

#include "base/result.h"
#include "dataset/scan/file_summary.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// True if the capture, or the tarball that contains it, does not exist any more.
bool is_missing(const dataset::FileSummary& file);

// Warns of captures and tarballs of a dump that are missing. If all are missing, fails with
// kNotFound. Files that were missing when the set was mapped do not count.
Result<> check_missing(const dataset::DatasetSummary& set, const std::string& dump_path,
                       Reporter& reporter);

// Reports what file names do not show: several captures in one file, one capture under two names.
void tell_of_contents(const dataset::DatasetSummary& set, Reporter& reporter);

}  // namespace gophercap::jobs
