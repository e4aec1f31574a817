// Prevents jobs from overwriting their inputs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dataset/scan/file_summary.h"

namespace gophercap::jobs {

// Fails with kInvalidArgument if the file that `option` names, and that the job would replace, is
// one of `inputs` under any name. If `path` is empty, "-" or not a regular file, nothing would be
// replaced.
Result<> keep_inputs(std::string_view option, const std::string& path,
                     const std::vector<std::string>& inputs);

// The same for the captures of a set and the tarballs that contain them.
Result<> keep_set(std::string_view option, const std::string& path,
                  const std::vector<dataset::FileSummary>& files);

}  // namespace gophercap::jobs
