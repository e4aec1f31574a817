#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/commands/job_run.h"
#include "cli/options/option.h"
#include "cli/options/output_options.h"
#include "cli/text/map_report.h"
#include "cli/text/trouble.h"
#include "cli/text/units.h"
#include "dataset/dump/dump.h"
#include "dataset/find/discover.h"
#include "jobs/map/map_job.h"
#include "jobs/map/map_listing.h"
#include "jobs/map/map_set.h"

namespace gophercap::cli {
namespace {

constexpr Command kThis = Command::kMap;
constexpr Option<std::vector<std::string>> kDirSrc{kThis, "dir-src"};
constexpr Option<std::string> kDump{kThis, "dump-json"};
constexpr Option<std::string> kRegexp{kThis, "file-regexp"};
constexpr Option<int64_t> kWorkers{kThis, "file-workers"};
constexpr Option<std::optional<uint64_t>> kMemory{kThis, "memory"};
constexpr Option<bool> kDryrun{kThis, "dryrun"};
constexpr Option<bool> kJson{kThis, "json"};

// Folders given on the command line are added to the paths; those of a configuration are used only
// if no path is given.
std::vector<std::string> paths_of(const Invocation& invocation) {
  std::vector<std::string> paths = invocation.arguments.positionals;
  if (paths.empty() || invocation.settings.typed(kDirSrc)) {
    for (const std::string& folder : invocation.settings.get(kDirSrc)) {
      if (!folder.empty()) paths.push_back(folder);
    }
  }
  return paths;
}

Outcome list_files(const dataset::Selection& selection, bool json, Console& console) {
  const Result<jobs::MapListing> listing = jobs::list_map(selection);
  if (!listing) {
    print_error(console, listing.error());
    return {exit_code_of(listing.error())};
  }
  const ExitCode code = listing->problems.empty() ? ExitCode::kOk : ExitCode::kIncomplete;
  for (const std::string& problem : listing->problems) console.warning(problem);
  if (!listing->passed_over.empty()) console.warning(listing->passed_over);
  if (listing->paths.empty()) {
    print_error(console, jobs::nothing_found(selection));
    return {merge(code, ExitCode::kNothingFound)};
  }
  return {print_either(
      console, json, [&] { return jobs::listing_to_json(*listing); },
      [&](const TextOptions& /*text*/) { return listing_report(*listing); }, code)};
}

ExitCode judge(const jobs::MapResult& result, bool said, Console& console) {
  const Troubles troubles(result.set);
  ExitCode code = troubles.code();
  // If nobody reads the report, damage must not show only in the exit status.
  if (!said) troubles.warn("", result.set.files.size(), console);
  if (result.set.packets() == 0 && !result.interrupted) {
    console.error(fmt::format("map: no packet in {}", counted(result.set.files.size(), "file")));
    code = merge(code, ExitCode::kFailed);
  }
  return code;
}

}  // namespace

Outcome map_command(Invocation& invocation, Console& console) {
  const Settings& settings = invocation.settings;
  jobs::MapOptions options;
  options.selection.paths = paths_of(invocation);
  settings.fill(kThis, {.map = &options});
  options.selection.regexp = settings.get(kRegexp);
  options.workers = worker_count(settings.get(kWorkers));
  options.dump_path = settings.get(kDump);
  options.outputs = outputs_of(settings, kThis);
  options.memory = memory_of(settings.get(kMemory));
  options.owners = settings.owners();
  if (options.selection.paths.empty()) {
    return usage_error(console, {{"map: needs a PATH or --dir-src", "gophercap map /data/pcap"}});
  }
  const bool json = settings.get(kJson);
  if (settings.get(kDryrun)) return list_files(options.selection, json, console);

  JobRun run(console);
  if (const Result<> started = run.start(); !started) return run.give_up(started.error());
  const Result<jobs::MapResult> result = run.run(
      [&](auto& reporter, auto stop) { return jobs::run_map(options, reporter, std::move(stop)); });
  if (!result) return run.give_up(result.error());
  if (result->interrupted) console.error("map: interrupted, no dump was written");

  // If the job has written the dump to standard output, nothing else must be printed there.
  const bool dump_printed = options.dump_path == "-" && !result->interrupted;
  const bool said = !dump_printed && !json && console.out_is_terminal();
  const ExitCode code = judge(*result, said, console);
  if (dump_printed || (json && result->interrupted)) return run.end(code);
  return run.end(print_either(
      console, json, [&] { return dataset::dump_to_json(result->set); },
      [&](const TextOptions& text) {
        return map_report(*result, result->interrupted ? "" : options.dump_path, text);
      },
      code));
}

}  // namespace gophercap::cli
