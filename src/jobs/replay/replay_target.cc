#include "jobs/replay/replay_target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "jobs/replay/replay_setup.h"
#include "packet/link_type.h"
#include "replay/send/file_transmitter.h"

namespace gophercap::jobs {
namespace {

// The times of a recording go from the first packet's to that and the length of all loops.
bool fits_pcap(const PlannedSet& setup) noexcept {
  constexpr int64_t kEndOfPcap = int64_t{1} << 32;  // seconds: 2106
  const int64_t first = ns_of(setup.plan.first);
  int64_t last = 0;
  return first >= 0 && !__builtin_add_overflow(first, setup.total().count(), &last) &&
         last / 1'000'000'000 < kEndOfPcap;
}

Result<std::unique_ptr<transmit::Transmitter>> open_recording(const DeliveryOptions& options,
                                                              const PlannedSet& setup,
                                                              const std::stop_token& stop) {
  const replay::Plan& plan = setup.plan;
  std::vector<uint32_t> used;
  for (const dataset::LinkTypeCount& l : plan.link_types) {
    // Of a header that is wrong: the file refuses such packets one by one, and they are counted.
    if (l.packets > 0 && l.link_type <= capture::kLargestLinkType) used.push_back(l.link_type);
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
  return replay::open_file_transmitter(options.out_file, writer, {.stop = stop});
}

Result<transmit::Wire> open_interface(const DeliveryOptions& options, const PlannedSet& setup) {
  transmit::WireOptions wire = options.wire;
  wire.lanes = std::clamp(options.tx_threads, 1u, replay::kMostLanes);
  wire.paced = !setup.engine.send.topspeed;
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

// Taken by the target, and yet not through: on a wire never sent, of a recording in no file.
void take_back(const transmit::Unconfirmed& lost, bool on_wire, replay::Accounts& accounts) {
  const uint64_t frames = std::min(lost.frames, accounts.sent);
  accounts.sent -= frames;
  accounts.sent_bytes -= std::min(lost.bytes, accounts.sent_bytes);
  accounts.sent_cut = std::min(accounts.sent_cut, accounts.sent);
  (on_wire ? accounts.failed : accounts.unsent_at_stop) += frames;
}

// How many packets surely are, as words; "" = none. Some that are longer may still fit
// (too_long()): what may be none is not worth a word.
std::string longer_than(const PlannedSet& setup, const transmit::FrameLimits& limits) {
  // A limit that the user has set comes first.
  if (setup.engine.choice.longest_frame_bytes <= limits.max_bytes) return {};
  Bounds sum;
  for (const dataset::FileSummary& file : setup.set.files) {
    const CaptureTime low = file.min.value_or(setup.plan.first);
    const CaptureTime high = file.max.value_or(setup.plan.first);
    const replay::Window& window = setup.engine.choice.window;
    if (window.contains_none(low, high)) continue;
    const Bounds bounds = too_long(file, limits);
    const bool whole = window.contains_all(low, high);
    sum.most += bounds.most;
    sum.least += whole ? bounds.least : 0;
    sum.some_are = sum.some_are || bounds.some_are;
  }
  if (!sum.some_are) return {};
  if (sum.least == sum.most) return fmt::format("{}", sum.least);
  return sum.least > 0 ? fmt::format("{} to {}", sum.least, sum.most)
                       : fmt::format("up to {}", sum.most);
}

}  // namespace

Result<ReplayTarget> open_target(const DeliveryOptions& options, const PlannedSet& setup,
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
  transmit::Unconfirmed lost;
  // Half a recording does not get the name of a whole one.
  const bool given_up = !report.failure.empty() && !wire && !report.interrupted;
  for (transmit::Transmitter* transmitter : transmitters) {
    const Result<> finished = given_up ? Result<>() : transmitter->finish();
    if (!finished && report.failure.empty()) {
      report.failure = finished.error().what;
      report.failure_errno = finished.error().sys;
      report.loops_done = 0;  // as a whole
    }
    const transmit::Unconfirmed unconfirmed = transmitter->unconfirmed();
    lost.frames += unconfirmed.frames;
    lost.bytes += unconfirmed.bytes;
    if (report.accounts.failed + lost.frames > 0 && !transmitter->refusal().empty())
      report.first_refusal = transmitter->refusal();
  }
  take_back(lost, wire.has_value(), report.accounts);
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

void warn_of_link_types(const PlannedSet& setup, Reporter& reporter) {
  uint64_t others = 0;
  bool cooked = false;
  std::vector<std::string> names;
  for (const dataset::LinkTypeCount& l : setup.plan.link_types) {
    if (l.link_type == packet::kLinkTypeEthernet || l.packets == 0) continue;
    others += l.packets;
    cooked = cooked || l.link_type == packet::kLinkTypeLinuxCooked ||
             l.link_type == packet::kLinkTypeLinuxCooked2;
    const std::string_view name = packet::link_type_name(l.link_type);
    names.push_back(name.empty() ? fmt::format("link type {}", l.link_type) : std::string(name));
  }
  if (others == 0) return;
  reporter.warning(fmt::format(
      "{} of {} packets will be skipped: not Ethernet ({}), and this version can't convert them{}",
      others, setup.plan.packets, fmt::join(names, ", "),
      cooked
          ? "; a capture of one interface (tcpdump -i eth0), not of \"any\", has Ethernet headers"
          : ""));
}

void warn_of_far_end(const PlannedSet& setup, const transmit::InterfaceFacts& facts,
                     Reporter& reporter) {
  transmit::FrameLimits far = transmit::interface_limits(facts);
  if (!facts.far_end || far.far_end_bytes == UINT32_MAX) return;
  far.max_bytes = far.far_end_bytes;
  far.vlan_extra_bytes = 0;
  if (const std::string count = longer_than(setup, far); !count.empty()) {
    reporter.warning(fmt::format(
        "{} of {} packets will fail: longer than the {} bytes that the far end takes ({}, MTU {})",
        count, setup.plan.packets, far.max_bytes, facts.far_end->name, facts.far_end->mtu));
  }
}

void warn_of_losses(const PlannedSet& setup, const transmit::InterfaceFacts& facts,
                    Reporter& reporter) {
  warn_of_link_types(setup, reporter);
  const transmit::FrameLimits limits = transmit::interface_limits(facts);
  if (const std::string count = longer_than(setup, limits); !count.empty()) {
    reporter.warning(
        fmt::format("{} of {} packets will be skipped: longer than the {} bytes of a frame here",
                    count, setup.plan.packets, limits.max_bytes));
  }
  warn_of_far_end(setup, facts, reporter);
}

}  // namespace gophercap::jobs
