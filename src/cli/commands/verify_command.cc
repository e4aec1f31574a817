#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/commands/job_run.h"
#include "cli/options/option.h"
#include "cli/options/option_rules.h"
#include "cli/options/rules_file.h"
#include "cli/options/verify_settings.h"
#include "cli/text/trouble.h"
#include "cli/text/units.h"
#include "cli/text/verify_report.h"
#include "jobs/verify/verify_job.h"
#include "verify/sent_report.h"

namespace gophercap::cli {
namespace {

constexpr Command kThis = Command::kVerify;
constexpr Option<std::string> kReport{kThis, "report"};
constexpr Option<std::optional<LatenessLimit>> kFailOnLate{kThis, "fail-on-late"};
constexpr Option<bool> kJson{kThis, "json"};

ExitCode judge(const verify::VerifyResult& result, Console& console) {
  const verify::Arrivals& a = result.arrivals;
  ExitCode code = ExitCode::kOk;
  code = merge(code, Troubles(result.plan.damaged).warn(" of the set", 0, console));
  code = merge(code, Troubles(result.damaged_captures).warn(" of the receiver", 0, console));
  if (a.arrived == 0) {
    console.error("no packet of the plan was captured");
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
    console.warning(fmt::format("{} of these were never sent, according to the replay's report",
                                group_digits(a.expected - *result.packets_sent)));
  }
  if (result.times_mean_nothing)
    console.warning(
        "the set was replayed at top speed, without a schedule: the figures of time mean nothing");
  if (a.unexpected > 0)
    console.note(fmt::format("captured, but not in the plan: {}", counted(a.unexpected, "packet")));
  return code;
}

// Judges the lateness if the start is known, otherwise the deviation from the median offset.
ExitCode judge_times(const verify::Arrivals& arrivals, const std::optional<LatenessLimit>& limit,
                     Console& console) {
  return arrivals.lateness.count() > 0
             ? judge_lateness(limit, arrivals.lateness, "", console)
             : judge_lateness(limit, arrivals.offset_error, " off the median", console);
}

}  // namespace

Outcome verify_command(Invocation& invocation, Console& console) {
  Settings settings = invocation.settings;
  settings.take_from_replay();
  if (const std::vector<Complaint> complaints = apply_rules_file(settings, kThis);
      !complaints.empty()) {
    return usage_error(console, complaints);
  }
  const std::vector<std::string>& captures = invocation.arguments.positionals;
  jobs::VerifyOptions options = verify_options(settings, captures);
  if (const std::vector<Complaint> complaints = check_verify(settings, options, false);
      !complaints.empty()) {
    return usage_error(console, complaints);
  }
  JobRun run(console, {.dump_path = options.set.dump_path});
  if (const Result<> started = run.start(); !started) return run.give_up(started.error());
  if (const std::string path = settings.get(kReport); !path.empty()) {
    Result<verify::SentReport> sent = verify::read_sent_report(path, run.stop(), settings.owners());
    if (!sent) return run.give_up(sent.error());
    std::vector<Complaint> complaints;
    if (sent->request) {
      complaints = take_report(settings, *sent);
      if (!complaints.empty()) return usage_error(console, complaints);
      options = verify_options(settings, captures);
      options.set.paths = set_of_report(settings, *sent->request);
      run.set_hints({.dump_path = options.set.dump_path});
    }
    complaints = check_verify(settings, options, true);
    if (!complaints.empty()) return usage_error(console, complaints);
    options.sent = *std::move(sent);
  }
  for (const std::string& text : without_effect(settings, kThis)) console.warning(text);

  const Result<verify::VerifyResult> result =
      run.run([&](auto& reporter, auto stop) { return jobs::run_verify(options, reporter, stop); });
  if (!result) return run.give_up(result.error());
  const ExitCode code = merge(judge(*result, console),
                              judge_times(result->arrivals, settings.get(kFailOnLate), console));
  return run.end(print_either(
      console, settings.get(kJson), [&] { return verify::verify_to_json(*result); },
      [&](const TextOptions& text) { return verify_report(*result, text); }, code));
}

}  // namespace gophercap::cli
