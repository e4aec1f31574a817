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
ExitCode judge(const replay::Report& report, Console& console, const HintContext& hints) {
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
  if (const uint64_t missing = accounts.skipped() + accounts.failed; missing > 0) {
    console.warning(
        fmt::format("{} of {} not sent", group_digits(missing), counted(accounts.read, "packet")));
    if (accounts.skipped_too_long > 0 && !hints.interface_name.empty()) {
      console.hint(fmt::format("ip link set dev {} mtu 9000", hints.interface_name));
    }
    code = merge(code, ExitCode::kIncomplete);
  }
  return code;
}

}  // namespace

Outcome replay_command(const Invocation& invocation, Console& console) {
  const jobs::ReplayOptions options = options_of(invocation);
  const bool json = invocation.settings.flag(kThis, "json");
  const std::vector<Complaint> complaints = check(invocation.settings, options, json);
  if (!complaints.empty()) return usage_error(console, complaints);
  const HintContext hints{options.out_file.empty() ? options.out_interface : ""};

  // Before the job makes threads.
  SignalGuard signals;
  ConsoleReporter reporter(console);
  const Result<jobs::ReplayResult> result = jobs::run_replay(options, reporter, signals.token());
  console.clear_progress();
  if (!result) {
    print_error(console, result.error(), hints);
    return {exit_code_of(result.error()), signals.received()};
  }

  if (result->interrupted)
    console.warning("replay: interrupted; what was sent until then is reported");
  ExitCode code = judge(result->report, console, hints);
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
