// `gophercap tarExtract`: one pass over a tarball that extracts or lists selected members.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "archive/extract/extractor.h"
#include "archive/tar/tar_member.h"
#include "base/result.h"
#include "jobs/memory_limit.h"
#include "jobs/outputs.h"
#include "jobs/reporter.h"
#include "jobs/tar/tar_result.h"

namespace gophercap::jobs {

struct TarOptions {
  std::string tarball;    // "-": standard input
  std::string out_dir{};  // empty: nothing is written
  std::string regexp{};   // RE2, matched anywhere in a member's path; empty: all
  archive::ExtractOptions extract{};
  std::string map_path{};  // path of the dump of the extracted files; empty: none, "-": standard
                           // output
  Outputs outputs{};       // none of them may be the tarball or a file that is extracted
  MemoryLimit memory{};
  // Called for each matching member before it is extracted. An error ends the run.
  std::function<Result<>(const archive::Member&)> on_member{};
};

// Fails if the tarball cannot be opened or is not one, if nothing of it is readable, or if the
// output cannot be written. Damage after a complete member is not a failure.
Result<TarResult> run_tar_extract(const TarOptions& options, Reporter& reporter,
                                  std::stop_token stop);

}  // namespace gophercap::jobs
