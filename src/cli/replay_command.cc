#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/text_report.h"
#include "cli/units.h"
#include "jobs/replay_job.h"
#include "replay/report.h"

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

jobs::ReplayOptions options_of(const Invocation& invocation) {
  const Settings& settings = invocation.settings;
  jobs::ReplayOptions options;
  options.paths = invocation.arguments.positionals;
  options.dump_path = settings.text(kThis, "dump-json");
  options.file_regexp = settings.text(kThis, "file-regexp");
  options.workers = worker_count(settings.integer(kThis, "file-workers"));
  options.out_interface = settings.text(kThis, "out-interface");
  options.out_file = settings.text(kThis, "out-file");
  // Whoever names an interface on the command line does not mean the file of a configuration.
  if (settings.source(kThis, "out-interface") > settings.source(kThis, "out-file"))
    options.out_file.clear();
  options.out_format = out_format(settings.text(kThis, "out-format"));
  for (const std::string& change : settings.list(kThis, "path-prefix")) {
    if (const auto parsed = dataset::parse_prefix_change(change))
      options.path_prefixes.push_back(*parsed);  // check() complains of the others
  }
  options.window = {.from = settings.time(kThis, "time-from"),
                    .to = settings.time(kThis, "time-to")};
  options.expression = settings.text(kThis, "out-bpf");
  options.skip_out_of_order = settings.flag(kThis, "skip-ooo");
  options.longest_frame_bytes = longest_frame(settings.integer(kThis, "skip-mtu"));
  options.speed = settings.ratio(kThis, "time-modifier").value_or(Ratio{});
  if (settings.flag(kThis, "time-scale-enabled"))
    options.scale_to = settings.duration(kThis, "time-scale-duration");
  options.files_start_together = settings.flag(kThis, "wait-disable");
  options.sort = settings.flag(kThis, "reorder");
  options.loop_gap = settings.duration(kThis, "loop-gap");
  options.topspeed = settings.flag(kThis, "topspeed");
  options.loop_count = settings.integer(kThis, "loop-count");
  options.loop_infinite = settings.flag(kThis, "loop-infinite");
  options.report_path = settings.text(kThis, "report");
  options.memory_bytes = settings.size(kThis, "memory");
  return options;
}

std::vector<Complaint> check(const Settings& settings, const jobs::ReplayOptions& options,
                             bool json) {
  std::vector<Complaint> complaints;
  if (settings.source(kThis, "out-file") == Source::kCommandLine &&
      settings.source(kThis, "out-interface") == Source::kCommandLine) {
    complaints.push_back({"--out-file: excludes --out-interface", ""});
  }
  if (options.out_file.empty() && options.out_interface.empty()) {
    complaints.push_back({"replay: needs --out-interface or --out-file", ""});
  }
  for (const std::string& change : settings.list(kThis, "path-prefix")) {
    if (const auto parsed = dataset::parse_prefix_change(change); !parsed)
      complaints.push_back({"--path-prefix: " + parsed.error().what, ""});
  }
  if (options.window.from && options.window.to && *options.window.from >= *options.window.to)
    complaints.push_back({"--time-to: has to be later than --time-from", ""});
  if (options.scale_to && *options.scale_to <= Nanos{0})
    complaints.push_back({"--time-scale-duration: has to be above zero", ""});
  if (options.loop_gap && *options.loop_gap < Nanos{0})
    complaints.push_back({"--loop-gap: can't be below zero", ""});
  if (settings.integer(kThis, "skip-mtu") < 0)
    complaints.push_back({"--skip-mtu: can't be below zero", ""});
  if (options.out_file == "-" && (json || options.report_path == "-")) {
    complaints.push_back(
        {"--out-file: a capture and a report do not fit on one standard output", "--report FILE"});
  }
  if (options.out_file == "-" && isatty(STDOUT_FILENO) == 1) {
    complaints.push_back({"--out-file: a capture is no reading for a terminal",
                          "send standard output to a file or a pipe"});
  }
  return complaints;
}

// A run that went wrong on the way, as against what was wrong with its inputs.
ExitCode judge(const replay::Report& report, const std::string& expression, Console& console,
               const HintContext& hints) {
  ExitCode code = ExitCode::kOk;
  if (!report.failure.empty()) {
    print_error(console, Error{Errc::kIo, 0, report.failure}, hints);
    code = ExitCode::kFailed;
  }
  if (!report.damaged.empty()) {
    console.warning(fmt::format("{} damaged; what stands before the damage was used",
                                counted(report.damaged.size(), "file")));
    code = merge(code, ExitCode::kIncomplete);
  }
  const replay::Accounts& accounts = report.accounts;
  if (accounts.filtered_vlan > 0 && expression.find("vlan") == std::string::npos) {
    console.warning(fmt::format(
        "{} of the packets that were filtered have a VLAN tag, behind which \"{}\" does not look",
        group_digits(accounts.filtered_vlan), expression));
    console.hint(fmt::format("--out-bpf '({0}) or (vlan and ({0}))'", expression));
  }
  if (accounts.not_sorted > 0) {
    console.warning(fmt::format("{} too far out of order to be sorted with the memory given",
                                counted(accounts.not_sorted, "packet")));
    console.hint("--memory 1G");
  }
  if (const uint64_t lost = report.lost_behind_us(); lost > 0) {
    console.error(
        fmt::format("the interface has counted {} of {}: {} lost behind the program's back",
                    group_digits(*report.counted_by_interface), counted(accounts.sent, "packet"),
                    group_digits(lost)));
    code = merge(code, ExitCode::kIncomplete);
  }
  if (const uint64_t missing = accounts.skipped_by_target() + accounts.failed; missing > 0) {
    console.warning(
        fmt::format("{} of {} not sent", group_digits(missing), counted(accounts.read, "packet")));
    if (accounts.skipped_too_long > 0 && !hints.interface_name.empty()) {
      console.hint(fmt::format("ip link set dev {} mtu 9000", hints.interface_name));
    }
    code = merge(code, ExitCode::kIncomplete);
  }
  return code;
}

// A duration that was given for this run, but nothing that asks for it.
bool settings_without_effect(const Settings& settings) {
  return settings.source(kThis, "time-scale-duration") == Source::kCommandLine &&
         settings.source(kThis, "time-scale-enabled") == Source::kDefault;
}

Outcome forecast(const jobs::ReplayOptions& options, bool json, Console& console,
                 ConsoleReporter& reporter, SignalGuard& signals) {
  const HintContext hints{options.out_file.empty() ? options.out_interface : ""};
  const Result<jobs::Forecast> plan = jobs::forecast_replay(options, reporter, signals.token());
  console.clear_progress();
  if (!plan) {
    print_error(console, plan.error(), hints);
    return {exit_code_of(plan.error()), signals.received()};
  }
  ExitCode code = ExitCode::kOk;
  if (plan->obstacle) {
    print_error(console, *plan->obstacle, hints);
    code = ExitCode::kFailed;
  }
  code = print_result(console, json ? jobs::forecast_to_json(*plan) : forecast_report(*plan), code);
  return {code, signals.received()};
}

}  // namespace

Outcome replay_command(const Invocation& invocation, Console& console) {
  const jobs::ReplayOptions options = options_of(invocation);
  const bool json = invocation.settings.flag(kThis, "json");
  const std::vector<Complaint> complaints = check(invocation.settings, options, json);
  if (!complaints.empty()) return usage_error(console, complaints);
  const HintContext hints{options.out_file.empty() ? options.out_interface : ""};

  if (settings_without_effect(invocation.settings)) {
    console.warning("--time-scale-duration: does nothing without --time-scale-enabled");
  }
  // Before the job makes threads.
  SignalGuard signals;
  ConsoleReporter reporter(console);
  if (invocation.settings.flag(kThis, "dryrun"))
    return forecast(options, json, console, reporter, signals);
  const Result<jobs::ReplayResult> result = jobs::run_replay(options, reporter, signals.token());
  console.clear_progress();
  if (!result) {
    print_error(console, result.error(), hints);
    return {exit_code_of(result.error()), signals.received()};
  }

  if (result->interrupted)
    console.warning("replay: interrupted; what was sent until then is reported");
  ExitCode code = judge(result->report, options.expression, console, hints);
  const TextOptions text{console.out_is_terminal(), console.out_width()};
  if (options.out_file == "-") {
    // Standard output is the capture; the summary is worth having all the same.
    const TextOptions words{console.err_is_terminal(), console.err_width()};
    if (!console.quiet())
      console.plain(replay_report(result->report, !options.out_file.empty(), words));
  } else if (options.report_path == "-") {
    // The job has written the report there.
  } else if (json) {
    code = print_result(console, replay::report_to_json(result->report), code);
  } else {
    code =
        print_result(console, replay_report(result->report, !options.out_file.empty(), text), code);
  }
  return {code, signals.received()};
}

}  // namespace gophercap::cli
