#include "cli/options/verify_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/words.h"
#include "cli/options/option.h"
#include "cli/options/option_table.h"
#include "cli/options/replay_settings.h"
#include "cli/options/rules_file.h"
#include "cli/options/values.h"

namespace gophercap::cli {
namespace {

constexpr Command kThis = Command::kVerify;
constexpr Option<std::string> kDump{kThis, "dump-json"};
constexpr Option<std::string> kRegexp{kThis, "file-regexp"};
constexpr Option<std::string> kReport{kThis, "report"};
constexpr Option<int64_t> kMtu{kThis, "mtu"};
constexpr Option<jobs::ToEthernet> kToEthernet{kThis, "to-ethernet"};
constexpr Option<jobs::Oversize> kOversize{kThis, "oversize"};
constexpr Option<int64_t> kLoopCount{kThis, "loop-count"};
constexpr Option<int64_t> kFileWorkers{kThis, "file-workers"};
constexpr Option<std::string> kRewrite{kThis, "rewrite"};
constexpr Option<std::vector<dataset::PrefixChange>> kPathPrefix{kThis, "path-prefix"};
constexpr Option<std::optional<uint64_t>> kMemory{kThis, "memory"};

std::string shown(const std::vector<std::string>& values) {
  return values.empty() || values.back().empty() ? "none" : fmt::format("{}", values.back());
}

// Turns a path that is relative to the report's working directory into one that can be opened here.
std::string from_here(const std::string& path, const std::string& directory) {
  std::error_code unknown;
  const bool same = std::filesystem::current_path(unknown) == directory && !unknown;
  // Not normalized: the order of the paths decides ties.
  return same || directory.empty() || path.starts_with('/') ? path : directory + "/" + path;
}

std::vector<std::string> values_in(const replay::Request& request, const OptionSpec& option) {
  for (const replay::GivenOption& given : request.options) {
    if (given.name == option.name) return given.values;
  }
  if (option.default_value.empty()) return {};
  return {std::string(option.default_value)};
}

}  // namespace

jobs::VerifyOptions verify_options(const Settings& settings,
                                   const std::vector<std::string>& captures) {
  jobs::VerifyOptions options;
  options.captures = captures;
  options.set = set_options(settings, kThis);
  options.select = select_options(settings, kThis);
  options.schedule = schedule_options(settings, kThis);
  options.oversize = oversize_options(settings, kThis);
  options.link = link_options(settings, kThis);
  if (Result<rewrite::Rules> rules = rules_of(settings, kThis)) options.rules = *std::move(rules);
  options.memory = memory_of(settings.get(kMemory));
  options.mtu = mtu_of(settings.get(kMtu));
  return options;
}

std::vector<Complaint> check_verify(const Settings& settings, const jobs::VerifyOptions& options,
                                    bool report_known) {
  std::vector<Complaint> complaints;
  if (options.captures.empty()) {
    complaints.push_back({"verify: needs what the receiver captured",
                          "gophercap verify arrived.pcap --report sent.json"});
  }
  if (std::ranges::count(options.captures, "-") > 1)
    complaints.push_back({"verify: - can be given only once", ""});
  if (std::ranges::count(options.captures, "-") > 0 && settings.get(kReport) == "-")
    complaints.push_back({"--report: standard input is already used for a capture", ""});
  check_plan(settings, kThis, options.select, options.schedule, complaints);
  const bool may_be_in_report =
      !report_known && !settings.get(kReport).empty() && !settings.typed(kLoopCount);
  if (options.schedule.loop_count < 1 && !may_be_in_report) {
    complaints.push_back({"--loop-count: must be above zero; an endless replay cannot be compared",
                          "--report FILE says how many loops were done"});
  }
  return complaints;
}

std::vector<Complaint> take_report(Settings& settings, const verify::SentReport& report) {
  std::vector<Complaint> complaints;
  for (const OptionSpec* option : options_of(kThis)) {
    const bool of_set = option == &kRegexp.spec();
    // The report has the rules of the file that was named there.
    const bool of_replay_only = option == &kFileWorkers.spec() || option == &kRewrite.spec();
    if ((!option->as_in_replay && !of_set) || of_replay_only) continue;
    std::vector<std::string> theirs = values_in(*report.request, *option);
    // Older versions left out what was too long, and did not say so.
    if (option == &kOversize.spec() && report.oversize.empty())
      theirs = {std::string(word_of(jobs::Oversize::kSkip))};
    // They skipped what is not Ethernet.
    if (option == &kToEthernet.spec() && !report.names_changes)
      theirs = {std::string(word_of(jobs::ToEthernet::kOff))};
    // Of an endless replay, the loops that were completed can be compared.
    if (report.endless && option == &kLoopCount.spec())
      theirs = {fmt::format("{}", std::max<uint64_t>(report.loops_done, 1))};
    for (const std::string& value : theirs) {
      if (const Result<> checked = check_value(*option, value); !checked) {
        complaints.push_back(
            {fmt::format("--report: --{} of the replay: {}", option->name, checked.error().what)});
      }
    }
    if (!complaints.empty()) continue;
    if (settings.source(*option) != Source::kCommandLine) {
      settings.set(*option, std::move(theirs), Source::kConfigFile);
    } else if (option != &kPathPrefix.spec() &&  // says where the files are now
               !same_values(*option, settings.values(*option), theirs)) {
      complaints.push_back({fmt::format("--{}: contradicts the report, whose replay had {}",
                                        option->name, shown(theirs)),
                            "leave it out: --report has the options of the replay"});
    }
  }
  if (!report.request->dump_path.empty() && !settings.typed(kDump)) {
    settings.set(kDump.spec(), {from_here(report.request->dump_path, report.request->directory)},
                 Source::kConfigFile);
  }
  return complaints;
}

std::vector<std::string> set_of_report(const Settings& settings, const replay::Request& request) {
  if (settings.typed(kDump)) return {};
  std::vector<std::string> paths;
  for (const std::string& path : request.paths) paths.push_back(from_here(path, request.directory));
  return paths;
}

}  // namespace gophercap::cli
