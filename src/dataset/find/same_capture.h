// One capture under two names, as where somebody has compressed a file and kept it.
#pragma once

#include <vector>

#include "dataset/scan/file_summary.h"

namespace gophercap::dataset {

struct SameCapture {
  const FileSummary* first = nullptr;
  const FileSummary* second = nullptr;
};

// Files of one folder (or of one folder of a tarball) whose names differ by the ending of a
// compression only, as x.pcap and x.pcap.gz, and whose packets have the same figures; in the order
// of the set. The set has to outlive the result.
std::vector<SameCapture> captures_under_two_names(const DatasetSummary& set);

}  // namespace gophercap::dataset
