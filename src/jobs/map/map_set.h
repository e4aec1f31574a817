// The part of mapping that several jobs share: scanning files with progress reports.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dataset/find/discover.h"
#include "dataset/scan/scan.h"
#include "jobs/map/tarballs.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// < 1: the number of CPUs.
unsigned worker_count(int wanted);

// The error if none of these paths is or contains a matching capture.
Error nothing_found(const dataset::Selection& selection);

// The message about captures skipped because of their names, or "". `cure` says how to include
// them.
std::string words_of_passed_over(const dataset::Discovery& found, std::string_view cure);
void warn_of_passed_over(const dataset::Discovery& found, std::string_view cure,
                         Reporter& reporter);
inline constexpr std::string_view kTakeEveryFile = "--file-suffix \"\" takes every file";

// Runs `scan` and reports progress to `reporter` ten times a second. `paths` are the files that it
// reads. Fails if there were no descriptors to open them; the results are unusable then.
Result<> scan_reporting(const std::vector<std::string>& paths, Reporter& reporter,
                        const std::function<void(dataset::ScanProgress&)>& scan);

// Summarizes everything that was found, ordered by path bytes. Members of tarballs are looked up in
// `tarballs` and added to it if necessary. Fails if a tarball cannot be read at all and nothing
// else was found. After a stop request it returns what was read by then: a file that was not read
// to its end has damage with the code kCancelled, and such a tarball is left out.
Result<std::vector<dataset::FileSummary>> scan_found(const dataset::Discovery& found,
                                                     const dataset::Selection& selection,
                                                     unsigned workers, Tarballs& tarballs,
                                                     Reporter& reporter,
                                                     const std::stop_token& stop);

}  // namespace gophercap::jobs
