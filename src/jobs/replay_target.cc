#include "jobs/replay_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "packet/link_type.h"
#include "replay/file_transmitter.h"

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

Result<std::unique_ptr<transmit::Transmitter>> open_recording(const ReplayOptions& options,
                                                              const ReplaySetup& setup,
                                                              const std::stop_token& stop) {
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
  writer.stop = stop;
  writer.link_type = used.empty() ? packet::kLinkTypeEthernet : used.front();
  return replay::open_file_transmitter(options.out_file, writer);
}

Result<transmit::Wire> open_interface(const ReplayOptions& options, const ReplaySetup& setup) {
  transmit::WireOptions wire = options.wire;
  wire.lanes = std::clamp(options.tx_threads, 1u, replay::kMostLanes);
  wire.paced = !options.topspeed;
  for (const dataset::FileSummary& file : setup.set.files) {
    wire.longest_frame_bytes = std::max(wire.longest_frame_bytes, file.max_captured_bytes);
  }
  return transmit::open_wire(options.out_interface, wire);
}

// Drivers count when a frame has left, which may be a moment after it was handed over.
std::optional<transmit::InterfaceCounters> settled_counters(const transmit::Wire& wire,
                                                            uint64_t sent) {
  constexpr int kTries = 20;
  auto counted = transmit::read_counters(wire.facts.index);
  for (int i = 0;
       counted && counted->tx_packets - wire.counted_before.tx_packets < sent && i < kTries; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
    counted = transmit::read_counters(wire.facts.index);
  }
  if (!counted) return std::nullopt;
  return *counted;
}

}  // namespace

Result<ReplayTarget> open_target(const ReplayOptions& options, const ReplaySetup& setup,
                                 Reporter& reporter, const std::stop_token& stop) {
  ReplayTarget target;
  if (options.discard) {
    target.other = replay::make_discarding_transmitter();
  } else if (!options.out_file.empty()) {
    TRY(target.other, open_recording(options, setup, stop));
  } else {
    TRY(target.wire, open_interface(options, setup));
    for (const std::string& note : target.wire->notes) reporter.warning("--tx: " + note);
    for (const auto& lane : target.wire->lanes) target.transmitters.push_back(lane.get());
  }
  if (target.other != nullptr) target.transmitters = {target.other.get()};
  for (size_t i = 0; i < target.transmitters.size(); ++i) {
    if (target.wire) {
      target.clocks.push_back(std::make_unique<replay::RealClock>(options.pacing));
    } else {
      target.clocks.push_back(std::make_unique<replay::SimulatedClock>());
    }
    target.clock_pointers.push_back(target.clocks.back().get());
  }
  return target;
}

void ReplayTarget::finish(replay::Report& report) {
  uint64_t unconfirmed = 0;
  // Half a recording does not get the name of a whole one.
  const bool given_up = !report.failure.empty() && !wire && !report.interrupted;
  for (transmit::Transmitter* transmitter : transmitters) {
    const Result<> finished = given_up ? Result<>() : transmitter->finish();
    if (!finished && report.failure.empty()) {
      report.failure = finished.error().what;
      report.failure_errno = finished.error().sys;
    }
    unconfirmed += transmitter->unconfirmed();
    if (!report.first_refusal.empty() && !transmitter->refusal().empty())
      report.first_refusal = transmitter->refusal();
  }
  // Handed over, and yet never sent.
  unconfirmed = std::min(unconfirmed, report.accounts.sent);
  report.accounts.sent -= unconfirmed;
  report.accounts.failed += unconfirmed;
  if (!wire) return;
  wire->settle();
  replay::InterfaceReport interface {
    .name = wire->interface, .facts = wire->facts,
    .backend = std::string(transmit::to_string(wire->way.backend)),
    .qdisc_bypass = wire->way.qdisc_bypass, .reason = wire->reason,
    .tx_threads = wire->lanes.size(), .notes = wire->notes, .before = wire->counted_before,
    .after = std::nullopt
  };
  if (const auto after = settled_counters(*wire, report.accounts.sent)) {
    interface.after = *after;
    report.counted_by_interface = after->tx_packets - wire->counted_before.tx_packets;
  }
  report.interface = std::move(interface);
}

void warn_of_losses(const ReplaySetup& setup, const transmit::FrameLimits& limits,
                    Reporter& reporter) {
  uint64_t others = 0;
  for (const dataset::LinkTypeCount& l : setup.plan.link_types) {
    if (limits.ethernet_only && l.link_type != packet::kLinkTypeEthernet) others += l.packets;
  }
  if (others > 0) {
    reporter.warning(fmt::format("{} of {} packets are not Ethernet and will be skipped", others,
                                 setup.plan.packets));
  }
  // A limit that the user has set comes first.
  if (setup.engine.choice.longest_frame_bytes <= limits.max_bytes) return;
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
      setup.plan.packets, limits.max_bytes));
}

}  // namespace gophercap::jobs
