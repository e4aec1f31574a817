#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/replay_settings.h"
#include "cli/signals.h"
#include "cli/text_report.h"
#include "cli/trouble.h"
#include "cli/units.h"
#include "jobs/verify_job.h"

namespace gophercap::cli {
namespace {

constexpr Command kThis = Command::kVerify;

jobs::VerifyOptions verify_options(const Invocation& invocation) {
  const Settings& settings = invocation.settings;
  jobs::VerifyOptions options;
  options.captures = invocation.arguments.positionals;
  options.plan = plan_options(settings, kThis);
  options.report_path = settings.text(kThis, "report");
  if (const int64_t mtu = settings.integer(kThis, "mtu"); mtu > 0)
    options.mtu = static_cast<uint32_t>(std::min<int64_t>(mtu, 1 << 20));
  return options;
}

std::vector<Complaint> check(const Settings& settings, const jobs::VerifyOptions& options) {
  std::vector<Complaint> complaints;
  if (options.captures.empty()) {
    complaints.push_back({"verify: needs what the receiver captured",
                          "gophercap verify arrived.pcap --dump-json set.json"});
  }
  if (std::ranges::count(options.captures, "-") > 1)
    complaints.push_back({"verify: there is one standard input only", ""});
  if (std::ranges::count(options.captures, "-") > 0 && options.report_path == "-")
    complaints.push_back({"--report: standard input is the capture already", ""});
  check_plan(settings, kThis, options.plan, complaints);
  if (options.plan.loop_count < 1) {
    complaints.push_back({"--loop-count: has to be above zero; what has no end can't be compared",
                          "--report says how many loops were done"});
  }
  if (settings.integer(kThis, "mtu") < 0) complaints.push_back({"--mtu: can't be below zero", ""});
  return complaints;
}

void warn_of_trouble(const std::vector<replay::DamagedFile>& files, std::string_view of,
                     Console& console, ExitCode& code) {
  const Troubles troubles(files);
  if (troubles.none()) return;
  troubles.warn(of, 0, console);
  code = merge(code, ExitCode::kIncomplete);
}

ExitCode judge(const jobs::VerifyResult& result, Console& console) {
  const replay::Arrivals& a = result.arrivals;
  ExitCode code = ExitCode::kOk;
  warn_of_trouble(result.plan.damaged, " of the set", console, code);
  warn_of_trouble(result.damaged_captures, " of the receiver", console, code);
  if (a.arrived == 0) {
    console.error("no packet of the plan is in what was captured");
    console.hint(
        "is it the same set with the same options, captured where the packets come out, with "
        "segmentation offloads off (ethtool -K IF gro off lro off)?");
    return merge(code, ExitCode::kIncomplete);
  }
  if (!a.complete()) {
    console.error(fmt::format("{} lost, {} duplicated, {} reordered, of {}", group_digits(a.lost),
                              group_digits(a.duplicated), group_digits(a.reordered),
                              counted(a.expected, "packet")));
    code = merge(code, ExitCode::kIncomplete);
  }
  if (result.packets_sent && *result.packets_sent < a.expected) {
    console.warning(fmt::format("{} of these were never sent, as the replay's report says",
                                group_digits(a.expected - *result.packets_sent)));
  }
  if (result.times_mean_nothing)
    console.warning("it was replayed at top speed: the figures of time are against no schedule");
  if (a.unexpected > 0)
    console.note(fmt::format("captured beside the plan: {}", counted(a.unexpected, "packet")));
  return code;
}

// --fail-on-late; its text has been checked. Lateness if the start is known, else what the offset
// is off the median.
ExitCode judge_lateness(const replay::Arrivals& arrivals, const std::string& text,
                        Console& console) {
  const bool absolute = arrivals.lateness.count() > 0;
  const Histogram& times = absolute ? arrivals.lateness : arrivals.offset_error;
  if (text.empty() || times.count() == 0) return ExitCode::kOk;
  const LatenessLimit limit = *parse_lateness_limit(text);
  const Nanos found(times.quantile(limit.quantile));
  if (found <= limit.limit) return ExitCode::kOk;
  console.error(fmt::format("--fail-on-late {}: it was {}{}", text, human_duration(found),
                            absolute ? "" : " off the median"));
  return ExitCode::kFailed;
}

}  // namespace

Outcome verify_command(const Invocation& invocation, Console& console) {
  const Settings& settings = invocation.settings;
  const jobs::VerifyOptions options = verify_options(invocation);
  if (const std::vector<Complaint> complaints = check(settings, options); !complaints.empty())
    return usage_error(console, complaints);
  for (const std::string& text : plan_without_effect(settings, kThis)) console.warning(text);

  // Before the job makes threads.
  SignalGuard signals;
  if (const Result<> started = signals.start(); !started) return failed(console, started.error());
  ConsoleReporter reporter(console, signals);
  const Result<jobs::VerifyResult> result = jobs::run_verify(options, reporter, signals.token());
  console.clear_progress();
  if (!result) {
    print_error(console, result.error(), {.dump_path = options.plan.dump_path});
    return {exit_code_of(result.error()), signals.received()};
  }
  ExitCode code = judge(*result, console);
  code =
      merge(code, judge_lateness(result->arrivals, settings.text(kThis, "fail-on-late"), console));
  const TextOptions text{console.out_is_terminal(), console.out_width()};
  code = print_result(
      console,
      settings.flag(kThis, "json") ? jobs::verify_to_json(*result) : verify_report(*result, text),
      code);
  return {code, signals.received()};
}

}  // namespace gophercap::cli
