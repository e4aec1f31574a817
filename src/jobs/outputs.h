// Prevents commands from overwriting what they read.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/scan/file_summary.h"

namespace gophercap::jobs {

// A file that a command writes.
struct Output {
  std::string option;  // that names it: "--report"
  std::string path;    // empty, "-" or not a regular file: nothing is replaced
};

// All files that a command writes. The command line makes this list from the table of options
// (cli/options/output_options.h), so it includes every option whose row says that it is an output.
using Outputs = std::vector<Output>;

// Fails with kInvalidArgument if an output would replace one of `inputs`, under any name.
Result<> refuse_to_overwrite(const Outputs& outputs, const std::vector<std::string>& inputs);

// The same for the captures of a set and the tarballs that contain them.
Result<> refuse_to_overwrite_set(const Outputs& outputs,
                                 const std::vector<dataset::FileSummary>& files);

}  // namespace gophercap::jobs
