// Captures that are still being written when they are replayed.
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

#include "dataset/scan/file_summary.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// Handles those of `changed` (indexes of `files`) that have only grown since they were mapped. The
// mapped part is read again and must have the same packets. Their entries then describe that part,
// which no longer counts as cut off by the end of the file, with the present size and time. Returns
// the indexes of all others.
std::vector<size_t> settle_grown(std::vector<dataset::FileSummary>& files,
                                 std::span<const size_t> changed, unsigned workers,
                                 Reporter& reporter, const std::stop_token& stop);

}  // namespace gophercap::jobs
