#include "cli/options/replay_settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <utility>
#include <variant>

#include "cli/options/option_table.h"
#include "io/compress/block_compressor.h"
#include "replay/send/departure.h"

namespace gophercap::cli {
namespace {

constexpr Command kThis = Command::kReplay;

jobs::OutFormat out_format(const std::string& word) {
  return word == "pcap"     ? jobs::OutFormat::kPcap
         : word == "pcapng" ? jobs::OutFormat::kPcapng
                            : jobs::OutFormat::kAuto;
}

uint32_t longest_frame(int64_t asked) {
  return asked <= 0 || asked > UINT32_MAX ? UINT32_MAX : static_cast<uint32_t>(asked);
}

transmit::Backend backend(const std::string& word) {
  return word == "packet" ? transmit::Backend::kPacket
         : word == "ring" ? transmit::Backend::kRing
         : word == "xdp"  ? transmit::Backend::kXdp
                          : transmit::Backend::kAuto;
}

transmit::QdiscBypass qdisc_bypass(const std::string& word) {
  return word == "on"    ? transmit::QdiscBypass::kOn
         : word == "off" ? transmit::QdiscBypass::kOff
                         : transmit::QdiscBypass::kAuto;
}

replay::Pacing pacing(const std::string& word) {
  return word == "eco"     ? replay::Pacing::kEco
         : word == "exact" ? replay::Pacing::kExact
                           : replay::Pacing::kBalanced;
}

// On the command line, and something else than what holds anyway.
bool asked_here(const Settings& settings, Command command, std::string_view name) {
  return settings.source(command, name) == Source::kCommandLine &&
         settings.text(command, name) != find_option(command, name)->default_value;
}

void check_order(const Settings& settings, Command command, const jobs::ScheduleOptions& options,
                 std::vector<Complaint>& complaints) {
  if (options.file_gap && options.files_start_together)
    complaints.push_back(
        {"--sequence: excludes --wait-disable, which starts all files at once", ""});
  if (settings.duration(command, "file-gap").value_or(Nanos{0}) < Nanos{0})
    complaints.push_back({"--file-gap: can't be below zero", ""});
  if (const auto steps = parse_clock_steps(settings.text(command, "clock-steps")); !steps)
    complaints.push_back({"--clock-steps: " + steps.error().what, ""});
  if (options.clock_steps.follow && options.sort) {
    complaints.push_back(
        {"--clock-steps follow: excludes --reorder, which sorts by the times as they are", ""});
  }
}

jobs::Target target_of(const Settings& settings) {
  if (settings.flag(kThis, "discard")) return jobs::Nowhere{};
  // Whoever names an interface on the command line does not mean the file of a configuration.
  const std::string& file = settings.text(kThis, "out-file");
  if (!file.empty() &&
      settings.source(kThis, "out-interface") <= settings.source(kThis, "out-file")) {
    return jobs::FileTarget{file, out_format(settings.text(kThis, "out-format")),
                            io::compression_of_name(file)};
  }
  return jobs::InterfaceTarget{
      .name = settings.text(kThis, "out-interface"),
      .backend = backend(settings.text(kThis, "tx")),
      .qdisc_bypass = qdisc_bypass(settings.text(kThis, "qdisc-bypass")),
      .tx_threads = static_cast<unsigned>(
          std::clamp<int64_t>(settings.integer(kThis, "tx-threads"), 1, replay::kMostLanes)),
      .link_timeout = settings.duration(kThis, "link-timeout").value_or(Nanos{0})};
}

// A limit that is never looked at would be taken for one that was kept. That of a configuration is
// for other runs too.
void check_fail_on_late(const Settings& settings, const jobs::ReplayOptions& options,
                        std::vector<Complaint>& complaints) {
  if (settings.text(kThis, "fail-on-late").empty() ||
      settings.source(kThis, "fail-on-late") == Source::kConfigFile) {
    return;
  }
  if (!jobs::traits_of(options.delivery.target).real_time)
    complaints.push_back({"--fail-on-late: is for an interface; nothing is late elsewhere", ""});
  if (options.schedule.topspeed)
    complaints.push_back({"--fail-on-late: excludes --topspeed, where nothing is late", ""});
}

}  // namespace

jobs::SetOptions set_options(const Settings& settings, Command command) {
  jobs::SetOptions options;
  options.dump_path = settings.text(command, "dump-json");
  options.owners = settings.owners();
  options.file_regexp = settings.text(command, "file-regexp");
  options.workers = worker_count(settings.integer(command, "file-workers"));
  for (const std::string& change : settings.list(command, "path-prefix")) {
    if (const auto parsed = dataset::parse_prefix_change(change))
      options.path_prefixes.push_back(*parsed);  // check_plan() complains of the others
  }
  return options;
}

jobs::SelectOptions select_options(const Settings& settings, Command command) {
  jobs::SelectOptions options;
  options.window = {.from = settings.time(command, "time-from"),
                    .to = settings.time(command, "time-to")};
  options.expression = settings.text(command, "out-bpf");
  options.skip_out_of_order = settings.flag(command, "skip-ooo");
  options.longest_frame_bytes = longest_frame(settings.integer(command, "skip-mtu"));
  return options;
}

jobs::ScheduleOptions schedule_options(const Settings& settings, Command command) {
  jobs::ScheduleOptions options;
  options.speed = settings.ratio(command, "time-modifier").value_or(Ratio{});
  if (settings.flag(command, "time-scale-enabled"))
    options.scale_to = settings.duration(command, "time-scale-duration");
  options.files_start_together = settings.flag(command, "wait-disable");
  if (settings.flag(command, "sequence"))
    options.file_gap = settings.duration(command, "file-gap").value_or(Nanos{0});
  options.sort = settings.flag(command, "reorder");
  if (const auto steps = parse_clock_steps(settings.text(command, "clock-steps")))
    options.clock_steps = *steps;
  options.loop_gap = settings.duration(command, "loop-gap");
  if (const auto rate = settings.ratio(command, "pps")) {
    options.pace = {.kind = replay::Pace::Kind::kPacketsPerSecond, .rate = *rate};
  } else if (const auto megabits = settings.ratio(command, "mbps")) {
    options.pace = {.kind = replay::Pace::Kind::kMegabitsPerSecond, .rate = *megabits};
  }
  options.pace.longest_gap = settings.duration(command, "max-gap");
  options.loop_count = settings.integer(command, "loop-count");
  return options;
}

void check_plan(const Settings& settings, Command command, const jobs::SelectOptions& select,
                const jobs::ScheduleOptions& schedule, std::vector<Complaint>& complaints) {
  for (const std::string& change : settings.list(command, "path-prefix")) {
    if (const auto parsed = dataset::parse_prefix_change(change); !parsed)
      complaints.push_back({"--path-prefix: " + parsed.error().what, ""});
  }
  if (select.window.from && select.window.to && *select.window.from >= *select.window.to)
    complaints.push_back({"--time-to: has to be later than --time-from", ""});
  if (settings.ratio(command, "pps") && settings.ratio(command, "mbps"))
    complaints.push_back({"--pps: excludes --mbps", ""});
  if (schedule.pace.longest_gap && *schedule.pace.longest_gap <= Nanos{0})
    complaints.push_back({"--max-gap: has to be above zero", ""});
  // An empty one on the command line is a variable that was not set, and would judge nothing.
  if (const std::string& text = settings.text(command, "fail-on-late");
      !text.empty() || settings.source(command, "fail-on-late") == Source::kCommandLine) {
    if (const auto limit = parse_lateness_limit(text); !limit)
      complaints.push_back({"--fail-on-late: " + limit.error().what, ""});
  }
  if (schedule.scale_to && *schedule.scale_to <= Nanos{0})
    complaints.push_back({"--time-scale-duration: has to be above zero", ""});
  if (schedule.loop_gap && *schedule.loop_gap < Nanos{0})
    complaints.push_back({"--loop-gap: can't be below zero", ""});
  check_order(settings, command, schedule, complaints);
  if (settings.integer(command, "skip-mtu") < 0)
    complaints.push_back({"--skip-mtu: can't be below zero", ""});
}

std::vector<std::string> plan_without_effect(const Settings& settings, Command command) {
  std::vector<std::string> warnings;
  if (settings.source(command, "time-scale-duration") == Source::kCommandLine &&
      settings.source(command, "time-scale-enabled") == Source::kDefault) {
    warnings.emplace_back("--time-scale-duration: does nothing without --time-scale-enabled");
  }
  if (asked_here(settings, command, "file-gap") && !settings.flag(command, "sequence"))
    warnings.emplace_back("--file-gap: does nothing without --sequence");
  for (const std::string_view rate : {"pps", "mbps"}) {
    if (!settings.ratio(command, rate)) continue;
    for (const std::string_view option :
         {"time-modifier", "time-scale-enabled", "loop-gap", "file-gap"}) {
      if (asked_here(settings, command, option))
        warnings.push_back(fmt::format("--{}: does nothing with --{}", option, rate));
    }
  }
  return warnings;
}

std::vector<std::string> wire_without_effect(const Settings& settings,
                                             const jobs::ReplayOptions& options) {
  const jobs::Target& target = options.delivery.target;
  const jobs::TargetTraits traits = jobs::traits_of(target);
  const bool to_interface = std::holds_alternative<jobs::InterfaceTarget>(target);
  const bool to_file = std::holds_alternative<jobs::FileTarget>(target);
  std::vector<std::string> warnings;
  for (const auto& [option, means_something] :
       {std::pair<std::string_view, bool>{"tx", to_interface},
        {"qdisc-bypass", to_interface},
        {"late", traits.real_time},
        {"pacing", traits.real_time},
        {"link-timeout", traits.has_link},
        {"start-at", traits.real_time}}) {
    if (!means_something && asked_here(settings, kThis, option))
      warnings.push_back(
          fmt::format("--{}: does nothing with {}", option, to_file ? "--out-file" : "--discard"));
  }
  if (traits.real_time && options.schedule.topspeed && asked_here(settings, kThis, "late"))
    warnings.emplace_back("--late: does nothing with --topspeed, where nothing is late");
  return warnings;
}

jobs::ReplayOptions replay_options(const Invocation& invocation) {
  const Settings& settings = invocation.settings;
  jobs::ReplayOptions options;
  options.set = set_options(settings, kThis);
  options.set.paths = invocation.arguments.positionals;
  options.select = select_options(settings, kThis);
  options.schedule = schedule_options(settings, kThis);
  options.memory = memory_of(settings, kThis);
  options.delivery.target = target_of(settings);
  options.delivery.preload = settings.flag(kThis, "preload");
  if (const auto late = parse_late(settings.text(kThis, "late"))) {
    options.delivery.late = late->policy;
    options.delivery.late_limit = late->limit;
  }
  if (const auto at = settings.time(kThis, "start-at"))
    options.delivery.start_at_wall_ns = ns_of(*at);
  options.delivery.pacing = pacing(settings.text(kThis, "pacing"));
  options.schedule.topspeed = settings.flag(kThis, "topspeed");
  if (settings.flag(kThis, "loop-infinite")) options.schedule.loop_count = 0;
  options.report_path = settings.text(kThis, "report");
  options.given = settings.given(kThis);
  return options;
}

std::vector<Complaint> check_replay(const Settings& settings, const jobs::ReplayOptions& options,
                                    int64_t now_wall_ns) {
  const bool json = settings.flag(kThis, "json");
  const jobs::Target& target = options.delivery.target;
  const auto* interface = std::get_if<jobs::InterfaceTarget>(&target);
  const auto* file = std::get_if<jobs::FileTarget>(&target);
  const bool to_stdout = file != nullptr && file->is_standard_output();
  std::vector<Complaint> complaints;
  if (settings.source(kThis, "out-file") == Source::kCommandLine &&
      settings.source(kThis, "out-interface") == Source::kCommandLine) {
    complaints.push_back({"--out-file: excludes --out-interface", ""});
  }
  if (settings.flag(kThis, "discard") && settings.source(kThis, "out-file") == Source::kCommandLine)
    complaints.push_back({"--discard: excludes --out-file", ""});
  if (interface != nullptr && interface->name.empty()) {
    complaints.push_back({"replay: needs --out-interface or --out-file", ""});
  }
  check_plan(settings, kThis, options.select, options.schedule, complaints);
  if (options.schedule.topspeed && options.schedule.pace.kind != replay::Pace::Kind::kCaptureTime)
    complaints.push_back({"--topspeed: excludes --pps and --mbps", ""});
  if (const auto late = parse_late(settings.text(kThis, "late")); !late)
    complaints.push_back({"--late: " + late.error().what, ""});
  const int64_t tx_threads = settings.integer(kThis, "tx-threads");
  if (tx_threads < 1 || tx_threads > replay::kMostLanes) {
    complaints.push_back({fmt::format("--tx-threads: from 1 to {}", replay::kMostLanes), ""});
  }
  if (tx_threads > 1 && interface == nullptr)
    complaints.push_back({"--tx-threads: is for an interface", ""});
  if (tx_threads > 1 && options.delivery.late == replay::LatePolicy::kSlip)
    complaints.push_back({"--tx-threads: excludes --late slip, which moves one schedule", ""});
  check_fail_on_late(settings, options, complaints);
  if (settings.duration(kThis, "link-timeout").value_or(Nanos{0}) < Nanos{0})
    complaints.push_back({"--link-timeout: can't be below zero", ""});
  if (options.delivery.start_at_wall_ns && *options.delivery.start_at_wall_ns <= now_wall_ns)
    complaints.push_back({"--start-at: is over", "times without a zone are UTC"});
  if (file != nullptr && file->compression != io::Compression::kNone &&
      !io::can_compress(file->compression)) {
    complaints.push_back({fmt::format("--out-file: {}: can't be compressed with {}", file->path,
                                      io::to_string(file->compression)),
                          "name it .gz or .zst, or compress it afterwards"});
  }
  if (file != nullptr && !to_stdout && file->path == options.report_path)
    complaints.push_back({"--report: the same file as --out-file", ""});
  if (settings.flag(kThis, "dryrun")) return complaints;  // nothing is written
  if (to_stdout && (json || options.report_path == "-")) {
    complaints.push_back(
        {"--out-file: a capture and a report do not fit on one standard output", "--report FILE"});
  }
  if (to_stdout && isatty(STDOUT_FILENO) == 1) {
    complaints.push_back({"--out-file: a capture is no reading for a terminal",
                          "send standard output to a file or a pipe"});
  }
  return complaints;
}

Result<LateWords> parse_late(std::string_view text) {
  constexpr Nanos kDefaultLimit = std::chrono::milliseconds(1);
  const size_t equals = text.find('=');
  const std::string_view word = text.substr(0, equals);
  LateWords words;
  if (word == "slip" || word == "drop") {
    words.policy = word == "slip" ? replay::LatePolicy::kSlip : replay::LatePolicy::kDrop;
    words.limit = kDefaultLimit;
    if (equals != std::string_view::npos) {
      TRY(words.limit, parse_duration(text.substr(equals + 1)));
    }
    if (words.limit >= Nanos{0}) return words;
  } else if (text == "catch-up") {
    return words;
  }
  return Error{Errc::kInvalidArgument, 0,
               fmt::format("\"{}\" is not one of catch-up, slip, slip=D, drop, drop=D", text)};
}

Result<replay::ClockSteps> parse_clock_steps(std::string_view text) {
  const size_t equals = text.find('=');
  const std::string_view word = text.substr(0, equals);
  if (text == "keep") return replay::ClockSteps{};
  replay::ClockSteps steps{.follow = true, .ahead = equals != std::string_view::npos};
  if (word == "follow" && steps.ahead) {
    TRY(steps.limit, parse_duration(text.substr(equals + 1)));
  }
  if (word == "follow" && steps.limit > Nanos{0}) return steps;
  return Error{Errc::kInvalidArgument, 0,
               fmt::format("\"{}\" is not one of keep, follow, follow=D (above zero)", text)};
}

Result<LatenessLimit> parse_lateness_limit(std::string_view text) {
  const Error wrong{Errc::kInvalidArgument, 0,
                    fmt::format("\"{}\" is not of the form p99=50us or max=1ms", text)};
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return wrong;
  const std::string_view which = text.substr(0, equals);
  LatenessLimit limit;
  if (which != "max") {
    if (!which.starts_with('p')) return wrong;
    double percent = 0;
    const auto [end, error] = std::from_chars(which.data() + 1, which.data() + which.size(),
                                              percent, std::chars_format::fixed);
    if (error != std::errc{} || end != which.data() + which.size() || !(percent > 0) ||
        percent > 100) {
      return wrong;
    }
    limit.quantile = percent / 100;
  }
  const auto duration = parse_duration(text.substr(equals + 1));
  if (!duration || *duration < Nanos{0}) return wrong;
  limit.limit = *duration;
  return limit;
}

}  // namespace gophercap::cli
