// The part of mapping that several jobs need: scan files with somebody watching.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "dataset/scan.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// < 1 = the number of CPUs.
unsigned worker_count(int wanted);

// dataset::scan_files, with progress told to `reporter` ten times a second.
std::vector<dataset::FileSummary> scan_reporting(const std::vector<std::string>& paths,
                                                 unsigned workers, Reporter& reporter,
                                                 std::stop_token stop);

}  // namespace gophercap::jobs
