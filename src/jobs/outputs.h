// No input is overwritten by what a job writes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dataset/scan/file_summary.h"

namespace gophercap::jobs {

// What `option` names is about to be replaced by what the job writes. kInvalidArgument: it is one
// of `inputs`, whatever the names. Where `path` is empty, "-" or no regular file, nothing is
// replaced.
Result<> keep_inputs(std::string_view option, const std::string& path,
                     const std::vector<std::string>& inputs);

// The same of a set's captures, and of the tarballs that they lie in.
Result<> keep_set(std::string_view option, const std::string& path,
                  const std::vector<dataset::FileSummary>& files);

}  // namespace gophercap::jobs
