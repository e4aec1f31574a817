// The part of mapping that several jobs need: scan files with somebody watching.
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

// < 1 = the number of CPUs.
unsigned worker_count(int wanted);

// That none of these paths is a capture or holds one, as far as the selection lets it.
Error nothing_found(const dataset::Selection& selection);

// That captures were passed over because of their names; "" if none were. `cure`: how to take
// them.
std::string words_of_passed_over(const dataset::Discovery& found, std::string_view cure);
void warn_of_passed_over(const dataset::Discovery& found, std::string_view cure,
                         Reporter& reporter);
inline constexpr std::string_view kTakeEveryFile = "--file-suffix \"\" takes every file";

// Runs `scan` with progress told to `reporter` ten times a second. `paths` are those of the files
// that it reads. Fails if there were no descriptors to open them with; what was scanned is then of
// no use.
Result<> scan_reporting(const std::vector<std::string>& paths, Reporter& reporter,
                        const std::function<void(dataset::ScanProgress&)>& scan);

// Summaries of everything that was found, ordered by path bytes. Members of tarballs are looked up
// in and, where they are not there, put into `tarballs`. Errors: of a tarball that can't be read at
// all where nothing else was found. Stopped: what was read until then; a file that was not read to
// its end has damage with code kCancelled, a tarball that was not is left out.
Result<std::vector<dataset::FileSummary>> scan_found(const dataset::Discovery& found,
                                                     const dataset::Selection& selection,
                                                     unsigned workers, Tarballs& tarballs,
                                                     Reporter& reporter,
                                                     const std::stop_token& stop);

}  // namespace gophercap::jobs
