// Captures that are still being written when they are replayed.
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

#include "dataset/scan/file_summary.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// Those of `changed` (places in `files`) that have only grown since they were mapped. As far as
// they were mapped they are read again, and hold the same packets; their entries then are of that
// part, no longer cut off by the end of the file, with size and time of now. The places of all
// others are returned.
std::vector<size_t> settle_grown(std::vector<dataset::FileSummary>& files,
                                 std::span<const size_t> changed, unsigned workers,
                                 Reporter& reporter, const std::stop_token& stop);

}  // namespace gophercap::jobs
