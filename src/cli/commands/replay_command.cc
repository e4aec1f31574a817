#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/commands/job_run.h"
#include "cli/options/option.h"
#include "cli/options/option_rules.h"
#include "cli/options/replay_settings.h"
#include "cli/options/rules_file.h"
#include "cli/terminal/keys.h"
#include "cli/text/hints.h"
#include "cli/text/replay_report.h"
#include "cli/text/trouble.h"
#include "cli/text/units.h"
#include "jobs/replay/replay_forecast.h"
#include "jobs/replay/replay_job.h"
#include "replay/report.h"

namespace gophercap::cli {
namespace {

constexpr Command kThis = Command::kReplay;
constexpr Option<std::optional<LatenessLimit>> kFailOnLate{kThis, "fail-on-late"};
constexpr Option<bool> kDryrun{kThis, "dryrun"};
constexpr Option<bool> kJson{kThis, "json"};

// True if --out-bpf refused every packet that could be selected.
bool nothing_matches(const replay::Accounts& accounts) {
  return accounts.filtered > 0 && accounts.filtered + accounts.outside_window == accounts.read;
}

ExitCode say_nothing_matches(std::string_view what, const std::string& expression,
                             Console& console) {
  console.error(fmt::format("{}: no packet matches \"{}\"", what, expression));
  return ExitCode::kNothingFound;
}

// Reports what went wrong during the run. What was wrong with its inputs was reported before.
ExitCode judge(const replay::Report& report, const std::string& expression, Console& console,
               const HintContext& hints) {
  ExitCode code = ExitCode::kOk;
  if (report.failure) {
    print_error(console, *report.failure, hints);
    code = ExitCode::kFailed;
  }
  code = merge(code, Troubles(report.damaged).warn("", 0, console));
  const replay::Accounts& accounts = report.accounts;
  if (accounts.filtered_vlan > 0 && expression.find("vlan") == std::string::npos) {
    console.warning(fmt::format(
        "{} of the filtered packets have a VLAN tag, and \"{}\" does not look behind it",
        group_digits(accounts.filtered_vlan), expression));
    console.hint(fmt::format("--out-bpf '({0}) or (vlan and ({0}))'", expression));
  }
  if (accounts.sent == 0 && accounts.skipped_link_type > 0 &&
      accounts.skipped_link_type + accounts.filtered + accounts.outside_window == accounts.read)
    console.warning("nothing was sent: none of the packets is Ethernet");
  if (nothing_matches(accounts) && !report.failure && !report.interrupted)
    code = merge(code, say_nothing_matches("nothing was sent", expression, console));
  if (report.started_unready) {
    console.warning(fmt::format(
        "the replay began before its first second was read: {} (is the storage too slow?)",
        counted(report.starved_packets, "packet") +
            " left late because they had not been read yet"));
  }
  if (accounts.not_sorted > 0) {
    console.warning(fmt::format("{} too far out of order to be sorted with the memory given",
                                counted(accounts.not_sorted, "packet")));
    console.hint("--memory 1G");
  }
  for (const std::string& lost : lost_behind_us(report)) {
    console.error(lost);
    code = merge(code, ExitCode::kIncomplete);
  }
  uint64_t missing = accounts.missing();
  if (missing > 0) code = merge(code, ExitCode::kIncomplete);
  for (const replay::DropReason& reason : replay::kDropReasons) {
    const uint64_t n = accounts.*reason.count;
    if (n == 0 || reason.warning.empty()) continue;
    console.warning(fmt::format("{} of {} not sent: {}", group_digits(n),
                                counted(accounts.read, "packet"), reason.warning));
    missing -= n;
  }
  if (missing > 0) {
    console.warning(
        fmt::format("{} of {} not sent", group_digits(missing), counted(accounts.read, "packet")));
    if (const std::string hint = mtu_hint(report); !hint.empty()) console.hint(hint);
    if (accounts.skipped_link_type > 0)
      console.hint("--out-file writes packets of any link type as they are");
  }
  return code;
}

int64_t wall_clock_ns() {
  return std::chrono::duration_cast<Nanos>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Keys need a terminal that nothing else is read from, and a progress line that shows their effect.
bool takes_keys(const jobs::ReplayOptions& options, const Console& console) {
  const auto is_stdin = [](const std::string& path) { return path == "-" || path == "/dev/stdin"; };
  return has_keys(STDIN_FILENO) && console.err_is_terminal() && !console.quiet() &&
         std::ranges::none_of(options.set.paths, is_stdin) && !is_stdin(options.set.dump());
}

std::string keys_text(const jobs::ReplayOptions& options) {
  const bool has_speed =
      jobs::traits_of(options.delivery.target).real_time && !options.schedule.topspeed;
  return fmt::format("keys: space pauses and resumes{}, q stops",
                     has_speed ? ", + and - double and halve the speed" : "");
}

HintContext hints_of(const jobs::ReplayOptions& options) {
  const auto* interface = std::get_if<jobs::InterfaceTarget>(&options.delivery.target);
  HintContext hints{.dump_path = options.set.dump()};
  if (interface != nullptr) hints.interface_names = interface->names;
  return hints;
}

Outcome forecast(jobs::ReplayOptions options, bool json, Console& console, JobRun& run) {
  options.set.outputs.clear();  // nothing is written
  const Result<jobs::Forecast> plan = run.run([&](auto& reporter, auto stop) {
    return jobs::forecast_replay(options, reporter, std::move(stop));
  });
  if (!plan) return run.give_up(plan.error());
  ExitCode code = ExitCode::kOk;
  if (plan->obstacle) {
    run.say(*plan->obstacle);
    code = ExitCode::kFailed;
  }
  if (nothing_matches(plan->accounts))
    code = merge(code, say_nothing_matches("nothing to send", options.select.expression, console));
  return run.end(print_either(
      console, json, [&] { return jobs::forecast_to_json(*plan); },
      [&](const TextOptions& /*text*/) { return forecast_report(*plan); }, code));
}

// The capture or the report may have been written to standard output.
ExitCode print_summary(const jobs::ReplayResult& result, const jobs::ReplayOptions& options,
                       bool json, Console& console, ExitCode code) {
  const bool simulated = !jobs::traits_of(options.delivery.target).real_time;
  const auto in_words = [&](const TextOptions& text) {
    return replay_report(result.report, simulated, text);
  };
  if (jobs::output_of(options.delivery.target) == "-") {  // the summary goes to standard error then
    if (!console.quiet()) console.plain(in_words({console.err_is_terminal(), console.err_width()}));
    return code;
  }
  if (options.report_path == "-" && !result.report_error) return code;
  return print_either(
      console, json, [&] { return replay::report_to_json(result.report); }, in_words, code);
}

}  // namespace

Outcome replay_command(Invocation& invocation, Console& console) {
  if (const std::vector<Complaint> complaints = apply_rules_file(invocation.settings, kThis);
      !complaints.empty()) {
    return usage_error(console, complaints);
  }
  const jobs::ReplayOptions options = replay_options(invocation);
  const bool json = invocation.settings.get(kJson);
  const std::vector<Complaint> complaints =
      check_replay(invocation.settings, options, wall_clock_ns());
  if (!complaints.empty()) return usage_error(console, complaints);
  for (const std::string& text :
       without_effect(invocation.settings, kThis, elsewhere(options.delivery.target),
                      jobs::traits_of(options.delivery.target).real_time))
    console.warning(text);
  const HintContext hints = hints_of(options);
  JobRun run(console, hints);
  if (const Result<> started = run.start(); !started) return run.give_up(started.error());
  if (invocation.settings.get(kDryrun)) return forecast(options, json, console, run);
  std::optional<replay::Control> control;
  std::optional<Keys> keys;
  if (takes_keys(options, console)) {
    keys.emplace(STDIN_FILENO, control.emplace(), console);
    if (const Result<> started = keys->start(); started) {
      console.note(keys_text(options));
    } else {
      console.warning(started.error().what);
    }
  }
  const Result<jobs::ReplayResult> result = run.run([&](auto& reporter, auto stop) {
    return jobs::run_replay(options, reporter, std::move(stop), control ? &*control : nullptr);
  });
  keys.reset();
  if (!result) return run.give_up(result.error());

  ExitCode code = judge(result->report, options.select.expression, console, hints);
  if (result->report_error) {
    run.say(*result->report_error);
    code = merge(code, ExitCode::kFailed);
  }
  if (result->interrupted)
    console.warning("replay: interrupted; the report covers what was sent until then");
  code = merge(code, judge_lateness(invocation.settings.get(kFailOnLate), result->report.lateness,
                                    "", console));
  Outcome outcome = run.end(print_summary(*result, options, json, console, code));
  // A stop through the control ends the process as Ctrl-C does.
  if (result->interrupted && outcome.signal == 0) outcome.signal = SIGINT;
  return outcome;
}

}  // namespace gophercap::cli
