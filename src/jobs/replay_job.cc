#include "jobs/replay_job.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <memory>
#include <thread>
#include <utility>

#include "io/atomic_file.h"
#include "jobs/replay_setup.h"
#include "packet/link_type.h"
#include "replay/clock.h"
#include "replay/engine.h"
#include "replay/file_transmitter.h"
#include "replay/plan.h"
#include "replay/realtime.h"
#include "transmit/af_packet.h"

namespace gophercap::jobs {
namespace {

// The times of a recording go from the first packet's to that and the length of all loops.
bool fits_pcap(const ReplaySetup& setup) noexcept {
  constexpr int64_t kEndOfPcap = int64_t{1} << 32;  // seconds: 2106
  const int64_t first = ns_of(setup.plan.first);
  int64_t last = 0;
  return first >= 0 && !__builtin_add_overflow(first, setup.total().count(), &last) &&
         last / 1'000'000'000 < kEndOfPcap;
}

Result<std::unique_ptr<transmit::Transmitter>> open_target(const ReplayOptions& options,
                                                           const ReplaySetup& setup) {
  if (options.discard) return replay::make_discarding_transmitter();
  if (options.out_file.empty()) return transmit::open_af_packet(options.out_interface);
  const replay::Plan& plan = setup.plan;
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
  const bool pcapng =
      options.out_format == OutFormat::kPcapng ||
      (options.out_format == OutFormat::kAuto && (used.size() != 1 || !fits_pcap(setup)));
  writer.format = pcapng ? capture::OutputFormat::kPcapng : capture::OutputFormat::kPcapNanos;
  writer.earliest = plan.first;
  writer.link_type = used.empty() ? packet::kLinkTypeEthernet : used.front();
  return replay::open_file_transmitter(options.out_file, writer);
}

// What will not leave, as far as the map tells, before the first packet does.
void warn_of_losses(const ReplaySetup& setup, const transmit::Transmitter& target,
                    Reporter& reporter) {
  uint64_t others = 0;
  for (const dataset::LinkTypeCount& l : setup.plan.link_types) {
    if (!target.accepts(l.link_type)) others += l.packets;
  }
  if (others > 0) {
    reporter.warning(fmt::format("{} of {} packets are not Ethernet and will be skipped", others,
                                 setup.plan.packets));
  }
  // A limit that the user has set comes first.
  if (setup.engine.choice.longest_frame_bytes <= target.max_frame_bytes()) return;
  const replay::TargetLimits limits = replay::TargetLimits::of(target);
  Bounds sum;
  for (const dataset::FileSummary& file : setup.set.files) {
    const CaptureTime low = file.min.value_or(setup.plan.first);
    const CaptureTime high = file.max.value_or(setup.plan.first);
    const replay::Window& window = setup.engine.choice.window;
    if (window.contains_none(low, high)) continue;
    const Bounds bounds = too_long(file, limits);
    sum.most += bounds.most;
    if (window.contains_all(low, high)) sum.least += bounds.least;
  }
  if (sum.most == 0) return;
  const std::string count = sum.least == sum.most ? fmt::format("{}", sum.least)
                            : sum.least > 0       ? fmt::format("{} to {}", sum.least, sum.most)
                                                  : fmt::format("up to {}", sum.most);
  reporter.warning(fmt::format(
      "{} of {} packets are longer than the {} bytes of a frame here and will be skipped", count,
      setup.plan.packets, limits.max_frame_bytes));
}

// No input is overwritten, and nobody plays for hours to learn that the report has no place.
Result<> check_outputs(const ReplayOptions& options, const dataset::DatasetSummary& set) {
  for (const auto& [option, path] :
       {std::pair<std::string, const std::string&>("--out-file", options.out_file),
        {"--report", options.report_path}}) {
    if (path.empty() || path == "-") continue;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    struct stat facts {};
    if (!folder.empty() && ::stat(folder.c_str(), &facts) != 0)
      return errno_error(errno, fmt::format("{}: {}", option, folder.string()));
    if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    for (const dataset::FileSummary& file : set.files) {
      struct stat input {};
      if (::stat(file.path.c_str(), &input) == 0 && input.st_ino == facts.st_ino &&
          input.st_dev == facts.st_dev) {
        return Error{Errc::kInvalidArgument, 0,
                     fmt::format("{}: {} is one of the captures to be read", option, path)};
      }
    }
  }
  return {};
}

// Drivers count when a frame has left, which may be a moment after it was handed over.
std::optional<uint64_t> settled_count(const transmit::Transmitter& target, uint64_t sent) {
  constexpr int kTries = 20;
  std::optional<uint64_t> counted = target.counted_outside();
  for (int i = 0; counted && *counted < sent && i < kTries; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
    counted = target.counted_outside();
  }
  return counted;
}

Result<> write_report(const replay::Report& report, const std::string& path) {
  TRY(io::AtomicFile file, io::AtomicFile::create(path, io::Sync::kYes));
  TRY_VOID(file.write(replay::report_to_json(report)));
  return file.commit();
}

}  // namespace

Result<ReplayResult> run_replay(const ReplayOptions& options, Reporter& reporter,
                                std::stop_token stop) {
  TRY(const ReplaySetup setup, set_up(options, reporter, stop));
  TRY_VOID(check_outputs(options, setup.set));
  TRY(const std::unique_ptr<transmit::Transmitter> target, open_target(options, setup));
  const bool to_file = options.discard || !options.out_file.empty();
  if (!to_file) warn_of_losses(setup, *target, reporter);

  replay::RealClock real(options.pacing);
  replay::SimulatedClock simulated;
  replay::Clock& clock = to_file ? static_cast<replay::Clock&>(simulated) : real;
  const Nanos total = setup.has_schedule() ? setup.total() : Nanos{0};
  const auto watch = [&](const replay::EngineProgress& p) {
    reporter.progress(ReplayProgress{.packets_sent = p.packets_sent,
                                     .packets_total = setup.plan.packets * setup.engine.loops,
                                     .bytes_sent = p.bytes_sent,
                                     .position = p.position,
                                     .elapsed = p.elapsed,
                                     .total = total,
                                     .lateness_p99 = p.lateness_p99,
                                     .loop = p.loop});
  };
  ReplayResult result;
  std::vector<std::string> refused;
  std::optional<replay::RealtimeProcess> realtime;
  if (!to_file && options.pacing == replay::Pacing::kExact) realtime.emplace(refused);
  result.report = replay::play(setup.plan, setup.engine, *target, clock, watch, stop);
  if (const Result<> finished = target->finish(); !finished) {
    result.report.failure = finished.error().what;
    result.report.failure_errno = finished.error().sys;
  }
  if (!result.report.first_refusal.empty() && !target->refusal().empty())
    result.report.first_refusal = target->refusal();
  std::move(refused.begin(), refused.end(), std::back_inserter(result.report.not_granted));
  for (const std::string& what : result.report.not_granted)
    reporter.warning("--pacing exact: not granted: " + what);
  result.report.counted_by_interface = settled_count(*target, result.report.accounts.sent);
  result.interrupted = result.report.interrupted;
  // Files that broke before their first packet are not in the plan, but the user must hear of them.
  for (const dataset::FileSummary& file : setup.set.files) {
    if (file.empty() && file.damage) result.report.damaged.push_back({file.path, *file.damage});
  }
  for (const replay::DamagedFile& file : setup.plan.damaged) result.report.damaged.push_back(file);
  if (!options.report_path.empty()) {
    if (const Result<> written = write_report(result.report, options.report_path); !written)
      result.report_error = written.error();
  }
  return result;
}

}  // namespace gophercap::jobs
