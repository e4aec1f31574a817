#include "jobs/replay_job.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/worker_pool.h"
#include "dataset/discover.h"
#include "dataset/dump.h"
#include "io/atomic_file.h"
#include "jobs/map_set.h"
#include "packet/link_type.h"
#include "replay/clock.h"
#include "replay/engine.h"
#include "replay/file_transmitter.h"
#include "replay/plan.h"
#include "transmit/af_packet.h"

namespace gophercap::jobs {
namespace {

using dataset::DatasetSummary;
using dataset::FileSummary;

Error cancelled() {
  return {Errc::kCancelled, 0, "stopped before the first packet was sent"};
}

Result<DatasetSummary> map_paths(const ReplayOptions& options, Reporter& reporter,
                                 const std::stop_token& stop) {
  TRY(dataset::Discovery found,
      dataset::discover({.paths = options.paths, .suffixes = {}, .regexp = options.file_regexp}));
  for (const Error& problem : found.problems) reporter.warning(problem.what);
  if (found.paths.empty()) return Error{Errc::kNotFound, 0, "no capture files found"};
  if (std::find(found.paths.begin(), found.paths.end(), "-") != found.paths.end()) {
    return Error{
        Errc::kInvalidArgument, 0,
        "replay can't read '-': it passes over a set twice, once to plan and once to send"};
  }
  DatasetSummary set;
  set.files = scan_reporting(found.paths, worker_count(options.workers), reporter, stop);
  if (stop.stop_requested()) return cancelled();
  dataset::summarize(set);
  return set;
}

// Entries that can't be trusted are mapped again, in place: all of a dump of the original tool's,
// and files that have changed.
Result<> renew(dataset::Dump& dump, const ReplayOptions& options, Reporter& reporter,
               const std::stop_token& stop) {
  std::vector<size_t> stale;
  for (size_t i = 0; i < dump.set.files.size(); ++i) {
    if (!dump.ours || !dataset::still_valid(dump.set.files[i])) stale.push_back(i);
  }
  if (stale.empty()) return {};
  reporter.info(
      dump.ours
          ? fmt::format("{} of {} files have changed since they were mapped; mapping these again",
                        stale.size(), dump.set.files.size())
          : fmt::format("{} was not written by this program; mapping its {} files again",
                        options.dump_path, stale.size()));
  std::vector<std::string> paths;
  paths.reserve(stale.size());
  for (const size_t i : stale) paths.push_back(dump.set.files[i].path);
  std::vector<FileSummary> fresh =
      scan_reporting(paths, worker_count(options.workers), reporter, stop);
  if (stop.stop_requested()) return cancelled();
  for (size_t i = 0; i < stale.size(); ++i) dump.set.files[stale[i]] = std::move(fresh[i]);
  return {};
}

Result<DatasetSummary> load_dump(const ReplayOptions& options, Reporter& reporter,
                                 const std::stop_token& stop) {
  TRY(dataset::Dump dump, dataset::read_dump(options.dump_path));
  if (!options.file_regexp.empty()) {
    const re2::RE2 regexp(options.file_regexp, re2::RE2::Quiet);
    if (!regexp.ok()) return Error{Errc::kInvalidArgument, 0, "--file-regexp: " + regexp.error()};
    std::erase_if(dump.set.files,
                  [&](const FileSummary& f) { return !re2::RE2::PartialMatch(f.path, regexp); });
  }
  if (dump.set.files.empty()) {
    return Error{Errc::kNotFound, 0, options.dump_path + ": no file left to replay"};
  }
  TRY_VOID(renew(dump, options, reporter, stop));
  dataset::summarize(dump.set);
  return std::move(dump.set);
}

Result<std::unique_ptr<transmit::Transmitter>> open_target(const ReplayOptions& options,
                                                           const replay::Plan& plan) {
  if (options.out_file.empty()) return transmit::open_af_packet(options.out_interface);
  std::vector<uint32_t> used;
  for (const dataset::LinkTypeCount& l : plan.link_types) {
    if (l.packets > 0) used.push_back(l.link_type);
  }
  if (options.out_format == OutFormat::kPcap && used.size() > 1) {
    return Error{
        Errc::kInvalidArgument, 0,
        fmt::format("{}: a pcap holds one link type, the set has {}; use --out-format pcapng",
                    options.out_file, used.size())};
  }
  capture::WriterOptions writer;
  const bool pcapng = options.out_format == OutFormat::kPcapng ||
                      (options.out_format == OutFormat::kAuto && used.size() != 1);
  writer.format = pcapng ? capture::OutputFormat::kPcapng : capture::OutputFormat::kPcapNanos;
  writer.link_type = used.empty() ? packet::kLinkTypeEthernet : used.front();
  return replay::open_file_transmitter(options.out_file, writer);
}

Result<> write_report(const replay::Report& report, const std::string& path) {
  TRY(io::AtomicFile file, io::AtomicFile::create(path, io::Sync::kYes));
  TRY_VOID(file.write(replay::report_to_json(report)));
  return file.commit();
}

replay::EngineOptions engine_options(const ReplayOptions& options) {
  const bool endless = options.loop_infinite || options.loop_count <= 0;
  return {.topspeed = options.topspeed,
          .loops = endless ? 0 : static_cast<uint64_t>(options.loop_count),
          .memory_bytes = options.memory_bytes,
          // The sending thread has a CPU to itself, merging shares the others.
          .reader_threads = std::clamp(cpu_count() / 2, 1u, 4u)};
}

}  // namespace

Result<ReplayResult> run_replay(const ReplayOptions& options, Reporter& reporter,
                                std::stop_token stop) {
  TRY(const DatasetSummary set, options.paths.empty() ? load_dump(options, reporter, stop)
                                                      : map_paths(options, reporter, stop));
  TRY(const replay::Plan plan, replay::make_plan(set));
  TRY(const std::unique_ptr<transmit::Transmitter> target, open_target(options, plan));

  const bool to_file = !options.out_file.empty();
  replay::RealClock real;
  replay::SimulatedClock simulated;
  replay::Clock& clock = to_file ? static_cast<replay::Clock&>(simulated) : real;
  const replay::EngineOptions engine = engine_options(options);
  const Nanos period = plan.span() + plan.mean_gap();
  const Nanos total =
      engine.loops == 0 || options.topspeed
          ? Nanos(0)
          : replay::Timeline(plan.first, period, engine.stretch).due(plan.last, engine.loops - 1);
  const auto watch = [&](const replay::EngineProgress& p) {
    reporter.progress(ReplayProgress{.packets_sent = p.packets_sent,
                                     .packets_total = plan.packets * engine.loops,
                                     .bytes_sent = p.bytes_sent,
                                     .position = p.position,
                                     .elapsed = p.elapsed,
                                     .total = total,
                                     .lateness_p99 = p.lateness_p99,
                                     .loop = p.loop});
  };
  ReplayResult result;
  result.report = replay::play(plan, engine, *target, clock, watch, stop);
  if (const Result<> finished = target->finish(); !finished)
    result.report.failure = finished.error().what;
  result.interrupted = result.report.interrupted;
  // Files that broke before their first packet are not in the plan, but the user must hear of them.
  for (const FileSummary& file : set.files) {
    if (file.empty() && file.damage) result.report.damaged.push_back({file.path, *file.damage});
  }
  if (!options.report_path.empty()) TRY_VOID(write_report(result.report, options.report_path));
  return result;
}

}  // namespace gophercap::jobs
