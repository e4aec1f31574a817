#include "jobs/replay_set.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "dataset/discover.h"
#include "dataset/dump.h"
#include "jobs/map_set.h"

namespace gophercap::jobs {
namespace {

using dataset::DatasetSummary;
using dataset::FileSummary;

Error cancelled() {
  return {Errc::kCancelled, 0, "stopped before the first packet was sent"};
}

Result<DatasetSummary> map_paths(const ReplayOptions& options, Reporter& reporter,
                                 const std::stop_token& stop) {
  TRY(dataset::Discovery found,
      dataset::discover({.paths = options.paths, .suffixes = {}, .regexp = options.file_regexp}));
  for (const Error& problem : found.problems) reporter.warning(problem.what);
  if (found.paths.empty()) return Error{Errc::kNotFound, 0, "no capture files found"};
  if (std::find(found.paths.begin(), found.paths.end(), "-") != found.paths.end()) {
    return Error{
        Errc::kInvalidArgument, 0,
        "replay can't read '-': it passes over a set twice, once to plan and once to send"};
  }
  DatasetSummary set;
  set.files = scan_reporting(found.paths, worker_count(options.workers), reporter, stop);
  if (stop.stop_requested()) return cancelled();
  dataset::summarize(set);
  return set;
}

// Entries that can't be trusted are mapped again, in place: all of a dump of the original tool's,
// and files that have changed.
Result<> renew(dataset::Dump& dump, const ReplayOptions& options, Reporter& reporter,
               const std::stop_token& stop) {
  std::vector<size_t> stale;
  for (size_t i = 0; i < dump.set.files.size(); ++i) {
    if (!dump.ours || !dataset::still_valid(dump.set.files[i])) stale.push_back(i);
  }
  if (stale.empty()) return {};
  reporter.info(
      dump.ours
          ? fmt::format("{} of {} files have changed since they were mapped; mapping these again",
                        stale.size(), dump.set.files.size())
          : fmt::format("{} was not written by this program; mapping its {} files again",
                        options.dump_path, stale.size()));
  std::vector<std::string> paths;
  paths.reserve(stale.size());
  for (const size_t i : stale) paths.push_back(dump.set.files[i].path);
  std::vector<FileSummary> fresh =
      scan_reporting(paths, worker_count(options.workers), reporter, stop);
  if (stop.stop_requested()) return cancelled();
  for (size_t i = 0; i < stale.size(); ++i) dump.set.files[stale[i]] = std::move(fresh[i]);
  return {};
}

void tell(const dataset::Relocation& moved, size_t files, Reporter& reporter) {
  if (moved.renamed > 0) {
    reporter.info(fmt::format("--path-prefix changes {} of {} paths", moved.renamed, files));
  }
  if (moved.found_beside > 0) {
    reporter.info(
        fmt::format("{} of {} files were found beside the dump", moved.found_beside, files));
  }
}

Result<DatasetSummary> load_dump(const ReplayOptions& options, Reporter& reporter,
                                 const std::stop_token& stop) {
  TRY(dataset::Dump dump, dataset::read_dump(options.dump_path));
  if (!options.file_regexp.empty()) {
    const re2::RE2 regexp(options.file_regexp, re2::RE2::Quiet);
    if (!regexp.ok()) return Error{Errc::kInvalidArgument, 0, "--file-regexp: " + regexp.error()};
    std::erase_if(dump.set.files,
                  [&](const FileSummary& f) { return !re2::RE2::PartialMatch(f.path, regexp); });
  }
  if (dump.set.files.empty()) {
    return Error{Errc::kNotFound, 0, options.dump_path + ": no file left to replay"};
  }
  tell(dataset::relocate(dump.set, options.path_prefixes, options.dump_path, dump.ours),
       dump.set.files.size(), reporter);
  TRY_VOID(renew(dump, options, reporter, stop));
  dataset::summarize(dump.set);
  return std::move(dump.set);
}

}  // namespace

Result<DatasetSummary> load_set(const ReplayOptions& options, Reporter& reporter,
                                const std::stop_token& stop) {
  return options.paths.empty() ? load_dump(options, reporter, stop)
                               : map_paths(options, reporter, stop);
}

}  // namespace gophercap::jobs
