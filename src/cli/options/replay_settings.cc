#include "cli/options/replay_settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "cli/options/option.h"
#include "cli/options/option_rules.h"
#include "cli/options/output_options.h"
#include "cli/options/rules_file.h"
#include "io/compress/block_compressor.h"
#include "replay/send/departure.h"
#include "rewrite/network/network_rules.h"
#include "rewrite/rules/rules.h"

namespace gophercap::cli {
namespace {

constexpr Command kThis = Command::kReplay;

constexpr Option<std::string> kDump{kThis, "dump-json"};  // of every command
constexpr Option<std::string> kRegexp{kThis, "file-regexp"};
constexpr PlanOption<int64_t> kFileWorkers{"file-workers"};
constexpr PlanOption<int64_t> kSkipMtu{"skip-mtu"};
constexpr PlanOption<bool> kScaleEnabled{"time-scale-enabled"};
constexpr PlanOption<Nanos> kScaleDuration{"time-scale-duration"};
constexpr PlanOption<bool> kSequence{"sequence"};
constexpr PlanOption<Nanos> kFileGap{"file-gap"};
constexpr PlanOption<std::optional<Ratio>> kPps{"pps"};
constexpr PlanOption<std::optional<Ratio>> kMbps{"mbps"};

constexpr PlanOption<jobs::Oversize> kOversize{"oversize"};
constexpr PlanOption<bool> kIgnoreDf{"ignore-df"};
constexpr PlanOption<bool> kFixLengths{"fix-lengths"};
constexpr PlanOption<bool> kUnique{"unique-ip"};
constexpr PlanOption<std::string> kRewrite{"rewrite"};
constexpr PlanOption<rewrite::TunnelSide> kTunnelSide{"tunnel-side"};
constexpr Option<int64_t> kMtu{kThis, "mtu"};

constexpr Option<std::string> kOutInterface{kThis, "out-interface"};
constexpr Option<std::optional<OutWords>> kOut{kThis, "out"};
constexpr Option<jobs::SplitRule> kSplit{kThis, "split"};
constexpr Option<std::string> kOutFile{kThis, "out-file"};
constexpr Option<bool> kDiscard{kThis, "discard"};
constexpr Option<int64_t> kTxThreads{kThis, "tx-threads"};
constexpr Option<LateWords> kLate{kThis, "late"};
constexpr Option<std::optional<CaptureTime>> kStartAt{kThis, "start-at"};
constexpr Option<bool> kLoopInfinite{kThis, "loop-infinite"};
constexpr Option<std::string> kReport{kThis, "report"};
constexpr Option<std::optional<jobs::MetricsTarget>> kMetrics{kThis, "metrics"};
constexpr Option<std::string> kControl{kThis, "control"};
constexpr Option<std::optional<LatenessLimit>> kFailOnLate{kThis, "fail-on-late"};
constexpr Option<std::optional<uint64_t>> kMemory{kThis, "memory"};
constexpr Option<bool> kDryrun{kThis, "dryrun"};
constexpr Option<bool> kJson{kThis, "json"};

uint32_t longest_frame(int64_t asked) {
  return asked <= 0 || asked > UINT32_MAX ? UINT32_MAX : static_cast<uint32_t>(asked);
}

// What a configuration says about threads is for other targets too: as many of them as this one can
// have.
unsigned threads_of(const Settings& settings, size_t interfaces, bool in_one_order) {
  const auto asked =
      static_cast<unsigned>(std::clamp<int64_t>(settings.get(kTxThreads), 1, replay::kMostLanes));
  if (settings.typed(kTxThreads)) return asked;
  const size_t most = in_one_order ? 1 : std::max<size_t>(replay::kMostLanes / interfaces, 1);
  return std::min(asked, static_cast<unsigned>(most));
}

jobs::Target target_of(const Settings& settings) {
  if (settings.get(kDiscard)) return jobs::Nowhere{};
  // An interface on the command line takes precedence over a file in the configuration.
  const std::optional<OutWords> out = settings.get(kOut);
  const Source named = std::max(settings.source(kOutInterface), settings.source(kOut));
  if (!settings.get(kOutFile).empty() && named <= settings.source(kOutFile)) {
    jobs::FileTarget file;
    settings.fill(kThis, {.file = &file});
    file.compression = io::compression_of_name(file.path);
    return file;
  }
  const bool by_out = out && settings.source(kOutInterface) <= settings.source(kOut);
  if (by_out && out->tunnel) {
    const bool numbered = out->tunnel->kind == transmit::TunnelKind::kErspan;
    return jobs::TunnelTarget{.tunnel = *out->tunnel,
                              .tx_threads = threads_of(settings, 1, numbered)};
  }
  jobs::InterfaceTarget interface;
  settings.fill(kThis, {.interface = &interface});
  interface.names = {settings.get(kOutInterface)};
  if (by_out) interface.names = out->interfaces;
  const bool two = by_out && out->given == 2 && out->interfaces.size() == 2;
  if (by_out && (out->by_side || (two && settings.typed(kSplit))))
    interface.split = settings.get(kSplit);
  interface.tx_threads = threads_of(settings, interface.names.size(), interface.split.has_value());
  return interface;
}

bool has_several_schedules(const jobs::Target& target) {
  const auto* interface = std::get_if<jobs::InterfaceTarget>(&target);
  return interface != nullptr && interface->names.size() > 1 && !interface->split;
}

// A limit that is never checked must not seem to have been met. A limit in a configuration is meant
// for other runs too.
void check_fail_on_late(const Settings& settings, const jobs::ReplayOptions& options,
                        std::vector<Complaint>& complaints) {
  if (!settings.get(kFailOnLate) || settings.source(kFailOnLate) == Source::kConfigFile) return;
  if (!jobs::traits_of(options.delivery.target).real_time)
    complaints.push_back(
        {"--fail-on-late: needs an interface or a tunnel; nothing is late elsewhere", ""});
  if (options.schedule.topspeed)
    complaints.push_back({"--fail-on-late: excludes --topspeed, where nothing is late", ""});
}

// In a configuration or a file with rules, it is meant for other runs too.
void check_unique(const Settings& settings, const jobs::ReplayOptions& options,
                  std::vector<Complaint>& complaints) {
  if (!options.rules.network.unique_addresses) return;
  const bool once = options.schedule.loop_count == 1;
  if (!once && options.delivery.preload) {
    complaints.push_back(
        {"--unique-ip: excludes --preload, which sends the same packets in each loop", ""});
  }
  const bool asked = settings.typed(kUnique.of(kThis)) && settings.get(kRewrite.of(kThis)).empty();
  if (once && asked) {
    complaints.push_back({"--unique-ip: does nothing in one loop, whose addresses stay",
                          "--loop-count N or --loop-infinite"});
  }
}

void check_interfaces(const Settings& settings, const jobs::InterfaceTarget* target,
                      const jobs::ReplayOptions& options, std::vector<Complaint>& complaints) {
  if (const auto out = settings.get(kOut); out && out->mixed) {
    complaints.push_back(
        {"--out: several of them are several interfaces, not a tunnel or A,B", "--out A+B"});
  }
  const bool by_side = target != nullptr && target->split;
  if (!by_side && settings.source(kSplit) == Source::kCommandLine)
    complaints.push_back({"--split: needs two interfaces, one for each side", "--out A,B"});
  if (target == nullptr || target->names.size() < 2) return;
  if (by_side && target->tx_threads > 1) {
    complaints.push_back(
        {"--tx-threads: excludes --out A,B, whose packets keep one order on both interfaces", ""});
  }
  if (!by_side && options.delivery.late == replay::LatePolicy::kSlip) {
    complaints.push_back(
        {"--out: several interfaces exclude --late slip, which moves one schedule", ""});
  }
  if (const size_t threads = target->names.size() * target->tx_threads;
      threads > replay::kMostLanes) {
    complaints.push_back({fmt::format("--out: {} interfaces with {} sending threads each are more "
                                      "than {} threads",
                                      target->names.size(), target->tx_threads, replay::kMostLanes),
                          ""});
  }
}

}  // namespace

jobs::SetOptions set_options(const Settings& settings, Command command) {
  jobs::SetOptions options;
  settings.fill(command, {.set = &options});
  options.dump_path = settings.get(kDump);
  options.owners = settings.owners();
  options.outputs = outputs_of(settings, command);
  options.file_regexp = settings.get(kRegexp);
  options.workers = worker_count(settings.get(kFileWorkers.of(command)));
  return options;
}

jobs::SelectOptions select_options(const Settings& settings, Command command) {
  jobs::SelectOptions options;
  settings.fill(command, {.select = &options});
  options.longest_frame_bytes = longest_frame(settings.get(kSkipMtu.of(command)));
  return options;
}

jobs::ScheduleOptions schedule_options(const Settings& settings, Command command) {
  jobs::ScheduleOptions options;
  settings.fill(command, {.schedule = &options});
  if (settings.get(kScaleEnabled.of(command)))
    options.scale_to = settings.get(kScaleDuration.of(command));
  if (settings.get(kSequence.of(command))) options.file_gap = settings.get(kFileGap.of(command));
  if (const auto rate = settings.get(kPps.of(command))) {
    options.rule.kind = replay::ScheduleRule::Kind::kPacketsPerSecond;
    options.rule.rate = *rate;
  } else if (const auto megabits = settings.get(kMbps.of(command))) {
    options.rule.kind = replay::ScheduleRule::Kind::kMegabitsPerSecond;
    options.rule.rate = *megabits;
  }
  return options;
}

jobs::OversizeOptions oversize_options(const Settings& settings, Command command) {
  jobs::OversizeOptions options;
  settings.fill(command, {.oversize = &options});
  return options;
}

jobs::LinkOptions link_options(const Settings& settings, Command command) {
  jobs::LinkOptions options;
  settings.fill(command, {.link = &options});
  return options;
}

namespace {

// What is wrong with the options that rewrite.
void check_rules(const Settings& settings, Command command, std::vector<Complaint>& complaints) {
  const Result<rewrite::Rules> rules = rules_of(settings, command);
  if (!rules) {
    complaints.push_back({rules.error().what, ""});
    return;
  }
  const auto side = kTunnelSide.of(command);
  if (settings.typed(side) && !settings.is_default(side.spec()) && rules->network.empty()) {
    complaints.push_back(
        {"--tunnel-side: does nothing without a rule for the headers in a tunnel, such as --map-ip",
         ""});
  }
}

}  // namespace

std::optional<uint32_t> mtu_of(int64_t asked) {
  if (asked <= 0) return std::nullopt;
  return static_cast<uint32_t>(std::min<int64_t>(asked, 1 << 20));
}

void check_plan(const Settings& settings, Command command, const jobs::SelectOptions& select,
                const jobs::ScheduleOptions& schedule, std::vector<Complaint>& complaints) {
  check_rows(settings, command, complaints);
  if (select.window.from && select.window.to && *select.window.from >= *select.window.to)
    complaints.push_back({"--time-to: must be later than --time-from", ""});
  if (schedule.clock_steps.follow && schedule.sort) {
    complaints.push_back(
        {"--clock-steps follow: excludes --reorder, which sorts by the times as they are", ""});
  }
  check_rules(settings, command, complaints);
  const auto only_with = [&](const auto& option, jobs::Oversize policy) {
    const auto here = option.of(command);
    const bool typed = settings.get(here) && settings.source(here) == Source::kCommandLine;
    if (!typed || settings.get(kOversize.of(command)) == policy) return;
    complaints.push_back(
        {fmt::format("--{}: does nothing without --oversize {}", here.spec().name, word_of(policy)),
         ""});
  };
  only_with(kIgnoreDf, jobs::Oversize::kFragment);
  only_with(kFixLengths, jobs::Oversize::kTruncate);
}

std::string_view elsewhere(const jobs::Target& target) {
  if (std::holds_alternative<jobs::InterfaceTarget>(target)) return {};
  if (std::holds_alternative<jobs::TunnelTarget>(target)) return "a tunnel";
  return std::holds_alternative<jobs::FileTarget>(target) ? "--out-file" : "--discard";
}

bool replays_to_network(const Settings& settings) {
  return jobs::traits_of(target_of(settings)).real_time;
}

jobs::ReplayOptions replay_options(const Invocation& invocation) {
  const Settings& settings = invocation.settings;
  jobs::ReplayOptions options;
  options.set = set_options(settings, kThis);
  options.set.paths = invocation.arguments.positionals;
  options.select = select_options(settings, kThis);
  options.schedule = schedule_options(settings, kThis);
  options.memory = memory_of(settings.get(kMemory));
  options.oversize = oversize_options(settings, kThis);
  options.link = link_options(settings, kThis);
  if (Result<rewrite::Rules> rules = rules_of(settings, kThis)) options.rules = *std::move(rules);
  options.mtu = mtu_of(settings.get(kMtu));
  settings.fill(kThis, {.delivery = &options.delivery});
  options.delivery.target = target_of(settings);
  const LateWords late = settings.get(kLate);
  options.delivery.late = late.policy;
  if (late.policy == replay::LatePolicy::kSlip && !settings.typed(kLate) &&
      has_several_schedules(options.delivery.target))
    options.delivery.late = replay::LatePolicy::kCatchUp;
  options.delivery.late_limit = late.limit;
  if (const auto at = settings.get(kStartAt)) options.delivery.start_at_wall_ns = ns_of(*at);
  if (settings.get(kLoopInfinite)) options.schedule.loop_count = 0;
  options.report_path = settings.get(kReport);
  options.metrics = settings.get(kMetrics);
  options.control_path = settings.get(kControl);
  options.given = settings.given(kThis);
  return options;
}

std::vector<Complaint> check_replay(const Settings& settings, const jobs::ReplayOptions& options,
                                    int64_t now_wall_ns) {
  const bool json = settings.get(kJson);
  const jobs::Target& target = options.delivery.target;
  const auto* interface = std::get_if<jobs::InterfaceTarget>(&target);
  const auto* file = std::get_if<jobs::FileTarget>(&target);
  const bool to_stdout = file != nullptr && file->is_standard_output();
  std::vector<Complaint> complaints;
  if (interface != nullptr && interface->names.front().empty())
    complaints.push_back({"replay: needs --out, --out-interface or --out-file", ""});
  check_plan(settings, kThis, options.select, options.schedule, complaints);
  check_unique(settings, options, complaints);
  check_interfaces(settings, interface, options, complaints);
  const auto* tunnel = std::get_if<jobs::TunnelTarget>(&target);
  const bool typed_threads = settings.typed(kTxThreads) && settings.get(kTxThreads) > 1;
  const bool several_threads = interface != nullptr ? interface->tx_threads > 1
                               : tunnel != nullptr  ? tunnel->tx_threads > 1
                                                    : false;
  if (typed_threads && interface == nullptr && tunnel == nullptr)
    complaints.push_back({"--tx-threads: needs an interface or a tunnel", ""});
  if (several_threads && tunnel != nullptr &&
      tunnel->tunnel.kind == transmit::TunnelKind::kErspan) {
    complaints.push_back(
        {"--tx-threads: ERSPAN has one, since its sequence numbers have one order", ""});
  }
  if (several_threads && options.delivery.late == replay::LatePolicy::kSlip)
    complaints.push_back({"--tx-threads: excludes --late slip, which moves one schedule", ""});
  check_fail_on_late(settings, options, complaints);
  if (options.delivery.start_at_wall_ns && *options.delivery.start_at_wall_ns <= now_wall_ns)
    complaints.push_back({"--start-at: is in the past", "times without a zone are UTC"});
  if (file != nullptr && file->compression != io::Compression::kNone &&
      !io::can_compress(file->compression)) {
    complaints.push_back({fmt::format("--out-file: {}: can't be compressed with {}", file->path,
                                      word_of(file->compression)),
                          "name it .gz or .zst, or compress it afterwards"});
  }
  check_outputs(settings, kThis, {{"--control", options.control_path}}, complaints);
  if (settings.get(kDryrun)) return complaints;  // nothing is written
  if (to_stdout && (json || options.report_path == "-")) {
    complaints.push_back(
        {"--out-file: the capture and the report cannot both go to standard output",
         "--report FILE"});
  }
  if (to_stdout && isatty(STDOUT_FILENO) == 1) {
    complaints.push_back({"--out-file: a capture is binary and is not written to a terminal",
                          "send standard output to a file or a pipe"});
  }
  return complaints;
}

}  // namespace gophercap::cli
