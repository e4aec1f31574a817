#include "jobs/replay/open_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/words.h"
#include "base/worker_pool.h"
#include "io/compress/parallel_compressor.h"
#include "jobs/replay/losses.h"
#include "jobs/replay/open_interfaces.h"
#include "packet/link_type.h"
#include "replay/send/departure.h"
#include "replay/send/file_transmitter.h"
#include "transmit/tunnel/open_tunnel.h"

namespace gophercap::jobs {
namespace {

// True if a pcap can hold the times of the recording, from the first packet to the end of all
// loops.
bool fits_pcap(const PlannedSet& setup) noexcept {
  constexpr int64_t kEndOfPcap = int64_t{1} << 32;  // seconds: 2106
  const int64_t first = ns_of(setup.plan.first);
  int64_t last = 0;
  return first >= 0 && !__builtin_add_overflow(first, setup.total().count(), &last) &&
         last / 1'000'000'000 < kEndOfPcap;
}

// Number of threads that compress. Together they may take a quarter of the memory for packets.
unsigned workers_for(const FileTarget& target, const PlannedSet& setup) noexcept {
  constexpr unsigned kMostWorkers = 8;  // these compress as much as one thread can merge
  unsigned workers = std::min(cpu_count(), kMostWorkers);
  while (workers > 1 &&
         io::compression_memory_bytes(target.compression, workers) > setup.engine.memory_bytes / 4)
    --workers;
  return workers;
}

Result<std::unique_ptr<transmit::Transmitter>> open_recording(const FileTarget& target,
                                                              const PlannedSet& setup,
                                                              const std::stop_token& stop) {
  const replay::Plan& plan = setup.plan;
  std::vector<uint32_t> used;
  for (const dataset::LinkTypeCount& l : plan.link_types) {
    // A larger one comes from a damaged header. The writer rejects its packets, which are counted.
    if (l.packets > 0 && l.link_type <= capture::kLargestLinkType) used.push_back(l.link_type);
  }
  if (setup.engine.changes.step != nullptr) used = {packet::kLinkTypeEthernet};
  if (target.format == OutFormat::kPcap && used.size() > 1) {
    return Error{
        Errc::kInvalidArgument, 0,
        fmt::format("{}: a pcap holds one link type, the set has {}; use --out-format pcapng",
                    target.path, used.size())};
  }
  capture::WriterOptions writer;
  const bool pcapng =
      target.format == OutFormat::kPcapng ||
      (target.format == OutFormat::kAuto && (used.size() != 1 || !fits_pcap(setup)));
  writer.format = pcapng ? capture::OutputFormat::kPcapng : capture::OutputFormat::kPcapNanos;
  writer.earliest = plan.first;
  writer.link_type = used.empty() ? packet::kLinkTypeEthernet : used.front();
  return replay::open_file_transmitter(
      target.path, writer,
      {.stop = stop, .compression = target.compression, .workers = workers_for(target, setup)});
}

// "vxlan:sensor:4789,vni=0: path MTU 1500, so frames of up to 1464 bytes"
std::string describe_path(const std::string& target, const transmit::TunnelFacts& facts) {
  return fmt::format("{}: path MTU {}, so frames of up to {} bytes", target, facts.path_mtu,
                     transmit::tunnel_limits(facts).max_bytes);
}

// Corrects the accounts for frames that the target accepted, but that were never sent, or are not
// in the recording.
void take_back(const transmit::Unconfirmed& lost, const TargetTraits& traits,
               replay::Accounts& accounts) {
  // It is unknown to which packets they belong; each is assumed to be a packet of its own.
  const uint64_t frames = std::min(lost.frames, accounts.sent);
  accounts.frames_sent -= std::min(lost.frames, accounts.frames_sent);
  accounts.sent -= frames;
  accounts.sent_bytes -= std::min(lost.bytes, accounts.sent_bytes);
  accounts.sent_cut = std::min(accounts.sent_cut, accounts.sent);
  (traits.once_complete ? accounts.unsent_at_stop : accounts.failed) += frames;
}

class OpenTunnel final : public OpenTarget {
 public:
  OpenTunnel(const transmit::Tunnel& tunnel, transmit::OpenedTunnel opened,
             replay::PacingProfile pacing)
      : OpenTarget(TunnelTarget::kTraits), kind_(tunnel.kind), opened_(std::move(opened)) {
    for (const auto& lane : opened_.lanes) add(*lane, std::make_unique<replay::RealClock>(pacing));
  }

  void prepare(const PlannedSet& setup, replay::SendOptions& send,
               Reporter& reporter) const override {
    warn_of_link_types(setup, reporter);
    send.queue_below = true;  // of the interface that the route leads to
  }

 private:
  void add_facts(replay::Report& report) override {
    report.tunnel = replay::TunnelReport{.kind = std::string(word_of(kind_)),
                                         .facts = opened_.facts,
                                         .tx_threads = opened_.lanes.size()};
  }

  const transmit::TunnelKind kind_;
  const transmit::OpenedTunnel opened_;
};

// A transmitter in simulated time.
class OpenSimulated final : public OpenTarget {
 public:
  OpenSimulated(const TargetTraits& traits, std::unique_ptr<transmit::Transmitter> transmitter)
      : OpenTarget(traits), transmitter_(std::move(transmitter)) {
    add(*transmitter_, std::make_unique<replay::SimulatedClock>());
  }

 private:
  const std::unique_ptr<transmit::Transmitter> transmitter_;
};

// Opens a target of each kind.
struct Opener {
  using Opened = Result<std::unique_ptr<OpenTarget>>;
  const DeliveryOptions& options;
  const PlannedSet& setup;
  Reporter& reporter;
  const std::stop_token& stop;

  Opened operator()(const Nowhere&) const {
    return std::make_unique<OpenSimulated>(Nowhere::kTraits, replay::make_discarding_transmitter());
  }
  Opened operator()(const FileTarget& target) const {
    TRY(auto recording, open_recording(target, setup, stop));
    if (setup.engine.changes.step != nullptr) warn_of_link_types(setup, reporter);
    return std::make_unique<OpenSimulated>(FileTarget::kTraits, std::move(recording));
  }
  Opened operator()(const InterfaceTarget& target) const {
    return open_interfaces(target, setup, options.pacing, reporter);
  }
  Opened operator()(const TunnelTarget& target) const {
    const unsigned lanes = std::clamp(target.tx_threads, 1u, replay::kMostLanes);
    TRY(transmit::OpenedTunnel tunnel, transmit::open_tunnel(target.tunnel, lanes));
    reporter.info(describe_path(describe(target), tunnel.facts));
    return std::make_unique<OpenTunnel>(target.tunnel, std::move(tunnel), options.pacing);
  }
};

// Inspects a target of each kind.
struct Onlooker {
  const PlannedSet& setup;
  Reporter& reporter;
  TargetOutlook& outlook;

  void operator()(const Nowhere&) const {}
  void operator()(const FileTarget&) const {
    outlook.limits = replay::kRecordingLimits;
    if (setup.engine.changes.step != nullptr) warn_of_link_types(setup, reporter);
  }
  void operator()(const InterfaceTarget& target) const {
    look_at_interfaces(target, setup, reporter, outlook);
  }
  void operator()(const TunnelTarget& target) const {
    const auto facts = transmit::inspect_tunnel(target.tunnel);
    if (!facts) {
      outlook.limits = {.ethernet_only = true};
      outlook.obstacle = facts.error();
      return;
    }
    outlook.limits = transmit::tunnel_limits(*facts);
    outlook.description = describe_path(outlook.description, *facts);
    warn_of_link_types(setup, reporter);
  }
};

}  // namespace

void OpenTarget::add(transmit::Transmitter& transmitter, std::unique_ptr<replay::Clock> clock) {
  transmitters_.push_back(&transmitter);
  clock_pointers_.push_back(clock.get());
  clocks_.push_back(std::move(clock));
}

void OpenTarget::finish(replay::Report& report) {
  transmit::Unconfirmed lost;
  // An incomplete recording must not get the name of a complete one.
  const bool given_up = traits_.once_complete && report.failure && !report.interrupted;
  for (transmit::Transmitter* transmitter : transmitters_) {
    const Result<> finished = given_up ? Result<>() : transmitter->finish();
    if (!finished && !report.failure) {
      report.failure = finished.error();
      report.loops_done = 0;  // no loop is complete
    }
    const transmit::Unconfirmed unconfirmed = transmitter->unconfirmed();
    lost.frames += unconfirmed.frames;
    lost.bytes += unconfirmed.bytes;
    if (report.accounts.failed + lost.frames > 0 && !transmitter->refusal().empty())
      report.first_refusal = transmitter->refusal();
  }
  take_back(lost, traits_, report.accounts);
  add_facts(report);
}

Result<std::unique_ptr<OpenTarget>> open_target(const DeliveryOptions& options,
                                                const PlannedSet& setup, Reporter& reporter,
                                                const std::stop_token& stop) {
  return std::visit(Opener{options, setup, reporter, stop}, options.target);
}

TargetOutlook look_at(const Target& target, const PlannedSet& setup, Reporter& reporter) {
  TargetOutlook outlook;
  outlook.description = describe(target);
  std::visit(Onlooker{setup, reporter, outlook}, target);
  return outlook;
}

uint64_t memory_of(const Target& target, const PlannedSet& setup) noexcept {
  const auto* const file = std::get_if<FileTarget>(&target);
  if (file == nullptr || file->compression == io::Compression::kNone) return 0;
  return std::min(io::compression_memory_bytes(file->compression, workers_for(*file, setup)),
                  setup.engine.memory_bytes / 2);
}

}  // namespace gophercap::jobs
