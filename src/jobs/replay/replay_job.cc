#include "jobs/replay/replay_job.h"
#include "base/words.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/shortage.h"
#include "confine/confine.h"
#include "io/file/atomic_file.h"
#include "jobs/control/control_server.h"
#include "jobs/map/map_set.h"
#include "jobs/metrics/metrics.h"
#include "jobs/replay/expected_accounts.h"
#include "jobs/replay/learn_sides.h"
#include "jobs/replay/losses.h"
#include "jobs/replay/open_target.h"
#include "jobs/replay/oversize.h"
#include "jobs/replay/replay_setup.h"
#include "jobs/replay/rewriting.h"
#include "replay/engine.h"
#include "replay/plan/plan.h"
#include "replay/send/host.h"
#include "replay/send/realtime.h"
#include "transmit/transmitter.h"

namespace gophercap::jobs {
namespace {

// Fails if an output has no folder. Otherwise the user would learn that the report cannot be
// written only after hours of replay.
Result<> check_folders(const ReplayOptions& options) {
  const std::string output = output_of(options.delivery.target);
  for (const auto& [option, path] :
       {std::pair<std::string, const std::string&>("--out-file", output),
        {"--report", options.report_path}}) {
    if (path.empty() || path == "-") continue;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    struct stat facts {};
    if (!folder.empty() && ::stat(folder.c_str(), &facts) != 0)
      return errno_error(errno, fmt::format("{}: {}", option, folder.string()));
  }
  return {};
}

// Reports how accurate the wall clock is, which decides when the replay starts.
void report_clock_state(Reporter& reporter) {
  const replay::ClockState state = replay::inspect_clock();
  if (state.synchronized) {
    reporter.info(
        fmt::format("--start-at: the system clock is synchronized; its offset is {} (at most {})",
                    format_duration(state.offset), format_duration(state.largest_error)));
  } else {
    reporter.warning("--start-at: the system clock is not synchronized (see timedatectl)");
  }
}

// Call when sockets, rings and outputs are open and memory is locked, but before the threads that
// read captures are started.
void confine_to_sending(const DeliveryOptions& options) {
  std::vector<int> keep;
  if (options.pacing == replay::PacingProfile::kExact) keep = {CAP_SYS_NICE, CAP_IPC_LOCK};
  if (confine::holds(keep) && replay::allow_realtime_without_capabilities()) keep.clear();
  confine::confine_job({.calls = confine::Calls::kSending, .capabilities = std::move(keep)});
}

replay::Request request_of(const ReplayOptions& options) {
  std::error_code unknown;
  return {.options = options.given,
          .directory = std::filesystem::current_path(unknown).string(),
          .paths = options.set.paths,
          .dump_path = options.set.dump()};
}

Result<> write_report(const replay::Report& report, io::AtomicFile& file) {
  const std::string text = replay::report_to_json(report);
  TRY_VOID(file.write(text));
  return file.commit();
}

// What is done about frames above `limits`. Fails if they are not wanted, and there are any.
Result<std::unique_ptr<const packet::FrameFitter>> prepare_fitter(
    const ReplayOptions& options, const PlannedSet& setup, const transmit::FrameLimits& limits,
    Reporter& reporter, const std::stop_token& stop) {
  const unsigned workers = worker_count(options.set.workers);
  TRY(auto fitter, make_fitter(options.oversize, setup, limits, workers, reporter, stop));
  if (fitter != nullptr && options.oversize.policy == Oversize::kFail) {
    TRY(const replay::Accounts expected, expected_accounts(setup, limits, workers, stop));
    TRY_VOID(check_long_packets(options.oversize, expected, limits));
  }
  return fitter;
}

replay::SplitReport split_report(const SideChoice& sides) {
  const SideTable& table = sides.table();
  return {.rule = std::string(name_of(sides.rule())),
          .connections_learned = table.connections(),
          .datagrams_learned = table.datagrams(),
          .unknown = table.unknown()};
}

// Enters what the engine does not know.
void complete(const ReplayOptions& options, const PlannedSet& setup,
              std::vector<std::string> refused, replay::Report& report) {
  report.request = request_of(options);
  if (report.max_frame_bytes) report.oversize = std::string(word_of(options.oversize.policy));
  report.rewrite = options.rules.texts;
  report.profile = traits_of(options.delivery.target).real_time
                       ? std::string(word_of(options.delivery.pacing))
                       : "";
  report.host = replay::inspect_host();
  report.host.confinement = confine::job_confinement();
  std::move(refused.begin(), refused.end(), std::back_inserter(report.not_granted));
  // Files that are damaged before their first packet are not in the plan, but must be reported.
  for (const dataset::FileSummary& file : setup.set.files) {
    if (file.empty() && file.damage) report.damaged.push_back({file.path, *file.damage});
  }
  for (const replay::DamagedFile& file : setup.plan.damaged) report.damaged.push_back(file);
}

// What runs beside the engine. Null: it is not wanted.
struct Companions {
  replay::Control* control = nullptr;
  Metrics* metrics = nullptr;
};

Result<ReplayResult> replay_all(const ReplayOptions& options, Reporter& reporter,
                                const Companions& companions, const std::stop_token& stop) {
  options.memory.set();
  TRY(const PlannedSet setup, set_up(options, reporter, stop));
  TRY_VOID(check_folders(options));
  if (companions.metrics != nullptr) {
    if (const Result<> begun = companions.metrics->begin(); !begun)
      return begun.error().with_context("--metrics");
  }
  MetricsPublisher publisher(companions.metrics, setup.most_packets(), reporter);
  reporter.schedule(setup.notes());
  say_what_is_rewritten(setup, reporter);
  std::optional<io::AtomicFile> report_file;
  if (!options.report_path.empty()) {
    TRY(report_file, io::AtomicFile::prepare(options.report_path, io::Sync::kYes, stop));
  }
  TRY(const std::unique_ptr<OpenTarget> target,
      open_target(options.delivery, setup, reporter, stop));
  const bool real_time = traits_of(options.delivery.target).real_time;
  replay::EngineOptions engine = setup.engine;
  engine.memory_bytes -= memory_of(options.delivery.target, setup);
  target->prepare(setup, engine.send, reporter);
  engine.send.control = companions.control;
  const transmit::FrameLimits limits =
      limits_of(transmit::common_limits(target->transmitters()), setup);
  warn_of_long_packets(setup, limits, options.oversize.policy, reporter);
  const bool keeps_time = real_time && setup.has_schedule();
  const auto watch = [&, packets = setup.most_packets(),
                      total = keeps_time ? setup.total()
                                         : Nanos{0}](const replay::EngineProgress& now) {
    reporter.progress(ReplayProgress{.now = now, .packets_total = packets, .total = total});
    publisher.update(now);
  };
  ReplayResult result;
  std::vector<std::string> refused;
  std::optional<replay::RealtimeProcess> realtime;
  if (real_time && options.delivery.pacing == replay::PacingProfile::kExact)
    realtime.emplace(refused);
  if (options.delivery.start_at_wall_ns) report_clock_state(reporter);
  confine_to_sending(options.delivery);
  TRY(const auto fitter, prepare_fitter(options, setup, limits, reporter, stop));
  engine.changes.fitter = fitter.get();
  TRY(const auto sides, make_side_choice(options.delivery.target, setup,
                                         worker_count(options.set.workers), reporter, stop));
  engine.wires = sides.get();
  result.report =
      replay::play(setup.plan, engine, target->transmitters(), target->clocks(), watch, stop);
  target->finish(result.report);
  publisher.end(result.report.accounts);
  if (sides != nullptr) result.report.split = split_report(*sides);
  complete(options, setup, std::move(refused), result.report);
  for (const std::string& what : result.report.not_granted)
    reporter.warning("--pacing exact: not granted: " + what);
  result.interrupted = result.report.interrupted;
  if (report_file) {
    if (const Result<> written = write_report(result.report, *report_file); !written)
      result.report_error = written.error();
  }
  return result;
}

}  // namespace

Result<ReplayResult> run_replay(const ReplayOptions& options, Reporter& reporter,
                                std::stop_token stop, replay::Control* control) {
  return or_out_of_memory("replay", [&]() -> Result<ReplayResult> {
    std::optional<replay::Control> own;
    if (control == nullptr && !options.control_path.empty()) control = &own.emplace();
    std::unique_ptr<Metrics> metrics;
    if (options.metrics) {
      Result<std::unique_ptr<Metrics>> opened = Metrics::open(*options.metrics);
      if (!opened) return opened.error().with_context("--metrics");
      metrics = *std::move(opened);
    }
    if (control == nullptr) return replay_all(options, reporter, {.metrics = metrics.get()}, stop);
    std::unique_ptr<ControlServer> server;
    if (!options.control_path.empty()) {
      Result<std::unique_ptr<ControlServer>> started =
          ControlServer::start(options.control_path, *control);
      if (!started) return started.error().with_context("--control");
      server = *std::move(started);
    }
    std::stop_source either;
    const std::stop_callback by_caller(stop, [&] { either.request_stop(); });
    const std::stop_callback by_control(control->stop_token(), [&] { either.request_stop(); });
    return replay_all(options, reporter, {.control = control, .metrics = metrics.get()},
                      either.get_token());
  });
}

}  // namespace gophercap::jobs
