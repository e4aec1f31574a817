#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/worker_pool.h"
#include "cli/commands/commands.h"
#include "cli/commands/job_run.h"
#include "cli/options/option.h"
#include "cli/options/option_rules.h"
#include "cli/options/output_options.h"
#include "cli/text/tar_report.h"
#include "cli/text/trouble.h"
#include "cli/text/units.h"
#include "jobs/tar/tar_job.h"
#include "jobs/tar/tar_result.h"

namespace gophercap::cli {
namespace {

constexpr Command kThis = Command::kTarExtract;
constexpr Option<std::string> kTarball{kThis, "in-tarball"};
constexpr Option<std::string> kOutDir{kThis, "out-dir"};
constexpr Option<std::string> kRegexp{kThis, "file-regexp"};
constexpr Option<bool> kGzip{kThis, "out-gzip"};
constexpr Option<bool> kZstd{kThis, "out-zstd"};
constexpr Option<std::string> kLevel{kThis, "level"};
constexpr Option<int64_t> kWorkers{kThis, "workers"};
constexpr Option<std::optional<uint64_t>> kMemory{kThis, "memory"};
constexpr Option<std::optional<uint64_t>> kMostOutput{kThis, "max-output"};
constexpr Option<int64_t> kMostRatio{kThis, "max-ratio"};
constexpr Option<bool> kDryrun{kThis, "dryrun"};
constexpr Option<bool> kJson{kThis, "json"};

std::optional<io::CompressionLevel> level_of(const std::string& word, io::Compression compression) {
  if (word == "fast") return io::kFastLevel;
  if (word == "default") return io::kDefaultLevel;
  if (word == "best") return io::kBestLevel;
  const int most =
      compression == io::Compression::kZstd ? io::kLargestZstdLevel : io::kLargestGzipLevel;
  int level = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), level);
  if (error != std::errc() || end != word.data() + word.size() || level < 1 || level > most)
    return std::nullopt;
  return io::CompressionLevel{level, level};
}

unsigned workers_of(const Settings& settings) {
  constexpr unsigned kUseful = 8;  // one thread cannot decompress as fast as more of them compress
  const int asked = worker_count(settings.get(kWorkers));
  return asked > 0 ? static_cast<unsigned>(asked) : std::min(cpu_count(), kUseful);
}

jobs::TarOptions options_of(const Invocation& invocation) {
  const Settings& settings = invocation.settings;
  jobs::TarOptions options;
  settings.fill(kThis, {.tar = &options});
  options.tarball = settings.get(kTarball);
  if (!invocation.arguments.positionals.empty())
    options.tarball = invocation.arguments.positionals.front();
  if (!settings.get(kDryrun)) options.out_dir = settings.get(kOutDir);
  options.regexp = settings.get(kRegexp);
  options.outputs = outputs_of(settings, kThis);
  archive::ExtractOptions& extract = options.extract;
  if (settings.get(kGzip)) extract.compression = io::Compression::kGzip;
  if (settings.get(kZstd)) extract.compression = io::Compression::kZstd;
  extract.level = level_of(settings.get(kLevel), extract.compression).value_or(io::kDefaultLevel);
  extract.workers = workers_of(settings);
  options.memory = memory_of(settings.get(kMemory));
  if (const std::optional<uint64_t> most = settings.get(kMostOutput))
    extract.limits.most_bytes = *most;
  extract.limits.most_ratio = static_cast<uint64_t>(std::max<int64_t>(settings.get(kMostRatio), 0));
  return options;
}

std::vector<Complaint> check(const Invocation& invocation, const jobs::TarOptions& options) {
  const Settings& settings = invocation.settings;
  const std::vector<std::string>& named = invocation.arguments.positionals;
  std::vector<Complaint> complaints;
  if (options.tarball.empty()) {
    complaints.push_back({"tarExtract: needs a TARBALL or --in-tarball",
                          "gophercap tarExtract --in-tarball set.tar.gz --out-dir set"});
  }
  if (named.size() > 1 || (named.size() == 1 && settings.typed(kTarball))) {
    complaints.push_back({"tarExtract: takes one tarball", ""});
  }
  if (options.out_dir.empty() && !settings.get(kDryrun)) {
    complaints.push_back({"tarExtract: needs --out-dir", "--dryrun lists what would be extracted"});
  }
  if (!options.map_path.empty() && options.out_dir.empty()) {
    complaints.push_back({"tarExtract: --map describes extracted files, and --dryrun extracts none",
                          "gophercap map TARBALL maps what is in it"});
  }
  check_rows(settings, kThis, complaints);
  if (const std::string word = settings.get(kLevel); !level_of(word, options.extract.compression)) {
    complaints.push_back(
        {fmt::format("--level {}: expected fast, default, best, or 1 to {}", word,
                     options.extract.compression == io::Compression::kZstd ? io::kLargestZstdLevel
                                                                           : io::kLargestGzipLevel),
         ""});
  }
  return complaints;
}

// Prints members as they are found, so a list of millions takes no memory.
class MemberList {
 public:
  MemberList(Console& console, bool json) : console_(console), json_(json) {}

  Result<> add(const archive::Member& member) {
    if (json_) {
      text_ += document_.add(member);
    } else {
      if (!std::exchange(begun_, true)) text_ += member_titles();
      text_ += member_row(member);
    }
    return text_.size() < kPiece ? Result<>() : flush();
  }

  Result<> finish(const jobs::TarResult& result) {
    if (json_) text_ += document_.finish(result);
    return flush();
  }

 private:
  static constexpr size_t kPiece = size_t{64} << 10;

  Result<> flush() { return console_.print(std::exchange(text_, {})); }

  Console& console_;
  bool json_;
  bool begun_ = false;
  jobs::MemberListJson document_;
  std::string text_;
};

ExitCode judge(const jobs::TarResult& result, const jobs::TarOptions& options, Console& console) {
  ExitCode code = ExitCode::kOk;
  const std::string name = options.tarball == "-" ? "standard input" : options.tarball;
  if (result.damage) {
    console.warning(fmt::format(
        "{}: {}", name, damage_text(*result.damage, result.compression != io::Compression::kNone)));
    console.hint("everything that is complete before that place was used");
    code = ExitCode::kIncomplete;
  }
  for (const archive::TarLosses::Place& place : result.losses.first)
    console.warning(
        fmt::format("{}: byte {} of the archive: {}", name, place.offset, place.reason));
  if (result.losses.count > result.losses.first.size()) {
    console.warning(fmt::format("{}: {} more such places", name,
                                group_digits(result.losses.count - result.losses.first.size())));
  }
  if (result.losses.count > 0 || result.doubtful > 0) code = merge(code, ExitCode::kIncomplete);
  if (result.counts.absolute > 0) {
    console.note(fmt::format("the leading / was removed from the paths of {}",
                             counted(result.counts.absolute, "member")));
  }
  if (result.map)
    code = merge(code, Troubles(*result.map).warn("", result.map->files.size(), console));
  if (const uint64_t refused = result.counts.refused_total(); refused > 0) {
    console.warning(fmt::format("{} not extracted", counted(refused, "member")));
    if (result.counts.refused[static_cast<size_t>(archive::Refusal::kExists)] > 0)
      console.hint("--force replaces existing files, --resume skips complete ones");
    code = merge(code, ExitCode::kIncomplete);
  }
  if (result.interrupted) {
    console.warning("tarExtract: interrupted; files that were complete are kept");
    if (!options.out_dir.empty()) console.hint("--resume continues from there");
  } else if (result.matching == 0) {
    console.error(result.members == 0 ? fmt::format("{}: has no members", name)
                                      : fmt::format("{}: none of {} matches", name,
                                                    counted(result.members, "member")));
    code = merge(code, ExitCode::kNothingFound);
  }
  return code;
}

}  // namespace

Outcome tar_extract_command(Invocation& invocation, Console& console) {
  jobs::TarOptions options = options_of(invocation);
  const std::vector<Complaint> complaints = check(invocation, options);
  if (!complaints.empty()) return usage_error(console, complaints);
  const bool json = invocation.settings.get(kJson);
  const bool dryrun = options.out_dir.empty();
  MemberList list(console, json);
  if (dryrun) options.on_member = [&](const archive::Member& member) { return list.add(member); };

  JobRun run(console);
  if (const Result<> started = run.start(); !started) return run.give_up(started.error());
  const Result<jobs::TarResult> result = run.run([&](auto& reporter, auto stop) {
    return jobs::run_tar_extract(options, reporter, std::move(stop));
  });
  if (!result) return run.give_up(result.error());
  ExitCode code = judge(*result, options, console);
  if (dryrun) {
    if (const Result<> printed = list.finish(*result); !printed) {
      run.say(printed.error());
      code = merge(code, ExitCode::kFailed);
    }
    console.note(fmt::format("{} of {}, {} of files", group_digits(result->matching),
                             counted(result->members, "member"),
                             human_bytes(result->matching_bytes)));
    return run.end(code);
  }
  // If the dump was written to standard output, nothing else must be printed there.
  if (options.map_path == "-" && !result->interrupted) return run.end(code);
  return run.end(print_either(
      console, json, [&] { return jobs::tar_to_json(*result); },
      [&](const TextOptions& text) {
        const std::string troubles = result->map ? Troubles(*result->map).list("", text) : "";
        return tar_report(*result, options.out_dir) + troubles;
      },
      code));
}

}  // namespace gophercap::cli
