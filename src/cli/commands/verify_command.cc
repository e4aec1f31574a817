#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/options/replay_settings.h"
#include "cli/options/verify_settings.h"
#include "cli/terminal/progress.h"
#include "cli/terminal/signals.h"
#include "cli/text/text_report.h"
#include "cli/text/trouble.h"
#include "cli/text/units.h"
#include "jobs/verify/sent_report.h"
#include "jobs/verify/verify_job.h"

namespace gophercap::cli {
namespace {

constexpr Command kThis = Command::kVerify;

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
  Settings settings = invocation.settings;
  settings.take_from_replay();
  const std::vector<std::string>& captures = invocation.arguments.positionals;
  jobs::VerifyOptions options = verify_options(settings, captures);
  if (const std::vector<Complaint> complaints = check_verify(settings, options, false);
      !complaints.empty()) {
    return usage_error(console, complaints);
  }
  // Before the job makes threads.
  SignalGuard signals;
  if (const Result<> started = signals.start(); !started) return failed(console, started.error());
  const auto give_up = [&](const Error& error) {
    print_error(console, error, {.dump_path = options.set.dump_path});
    return Outcome{exit_code_of(error), signals.received()};
  };
  if (const std::string& path = settings.text(kThis, "report"); !path.empty()) {
    Result<jobs::SentReport> sent =
        jobs::read_sent_report(path, signals.token(), settings.owners());
    if (!sent) return give_up(sent.error());
    std::vector<Complaint> complaints;
    if (sent->request) {
      complaints = take_report(settings, *sent);
      if (!complaints.empty()) return usage_error(console, complaints);
      options = verify_options(settings, captures);
      options.set.paths = set_of_report(settings, *sent->request);
    }
    complaints = check_verify(settings, options, true);
    if (!complaints.empty()) return usage_error(console, complaints);
    options.sent = *std::move(sent);
  }
  for (const std::string& text : plan_without_effect(settings, kThis)) console.warning(text);

  ConsoleReporter reporter(console, signals);
  const Result<jobs::VerifyResult> result = jobs::run_verify(options, reporter, signals.token());
  console.clear_progress();
  if (!result) return give_up(result.error());
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
