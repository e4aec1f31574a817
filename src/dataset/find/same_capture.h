// Finds captures that exist under two names, for example because somebody has compressed a file and
// kept it.
#pragma once

#include <vector>

#include "dataset/scan/file_summary.h"

namespace gophercap::dataset {

struct SameCapture {
  const FileSummary* first = nullptr;
  const FileSummary* second = nullptr;
};

// Returns files of the same folder (also inside a tarball) whose names differ only by an extension
// for compression, such as x.pcap and x.pcap.gz, and whose packets have the same figures, in the
// order of the set. The set must outlive the result.
std::vector<SameCapture> captures_under_two_names(const DatasetSummary& set);

}  // namespace gophercap::dataset
