#include "jobs/replay/open_interfaces.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/words.h"
#include "jobs/replay/losses.h"
#include "packet/side.h"
#include "replay/report.h"
#include "replay/send/departure.h"
#include "replay/send/sender.h"
#include "transmit/link/interface.h"
#include "transmit/wire/counted.h"
#include "transmit/wire/split_transmitter.h"
#include "transmit/wire/wire.h"

namespace gophercap::jobs {
namespace {

using Known = std::vector<std::pair<std::string, transmit::InterfaceFacts>>;

// An interface may have several names.
Result<> check_different(const std::string& a, const transmit::InterfaceFacts& of_a,
                         const std::string& b, const transmit::InterfaceFacts& of_b) {
  if (of_a.index != of_b.index) return {};
  return Error{Errc::kInvalidArgument, 0,
               fmt::format("--out: {} and {} are the same interface", a, b)};
}

Result<std::vector<transmit::Wire>> open_wires(const InterfaceTarget& target,
                                               const PlannedSet& setup) {
  transmit::WireOptions wire{.backend = target.backend, .qdisc_bypass = target.qdisc_bypass};
  wire.lanes = std::clamp(target.tx_threads, 1u, replay::kMostLanes);
  wire.paced = !setup.engine.send.topspeed;
  for (const dataset::FileSummary& file : setup.set.files) {
    wire.longest_frame_bytes = std::max(wire.longest_frame_bytes, file.max_captured_bytes);
  }
  if (setup.engine.choice.pad_cut) wire.longest_frame_bytes = UINT32_MAX;
  wire.longest_frame_bytes +=
      std::min(setup.engine.changes.growth_bytes(), UINT32_MAX - wire.longest_frame_bytes);
  std::vector<transmit::Wire> wires;
  for (const std::string& name : target.names) {
    TRY(transmit::Wire opened, transmit::open_wire(name, wire));
    for (const transmit::Wire& other : wires)
      TRY_VOID(check_different(other.interface, other.facts, name, opened.facts));
    wires.push_back(std::move(opened));
  }
  return wires;
}

// Waits a moment, because drivers count a frame when it has left, not when it was passed to them.
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

class OpenInterfaces final : public OpenTarget {
 public:
  OpenInterfaces(const InterfaceTarget& target, std::vector<transmit::Wire> wires,
                 replay::PacingProfile pacing)
      : OpenTarget(InterfaceTarget::kTraits),
        wires_(std::move(wires)),
        sides_(target.split.has_value()),
        link_timeout_(target.link_timeout) {
    if (wires_.size() > 1) count_each();
    if (sides_) {
      std::vector<transmit::Transmitter*> both;
      for (const transmit::Wire& wire : wires_) both.push_back(wire.lanes.front().get());
      split_ = std::make_unique<transmit::SplitTransmitter>(std::move(both));
      add(*split_, std::make_unique<replay::RealClock>(pacing));
      return;
    }
    // The n-th lane belongs to interface n modulo their number, so the same hash tells both.
    for (size_t lane = 0; lane < wires_.front().lanes.size(); ++lane) {
      for (const transmit::Wire& wire : wires_)
        add(*wire.lanes[lane], std::make_unique<replay::RealClock>(pacing));
    }
  }

  void prepare(const PlannedSet& setup, replay::SendOptions& send,
               Reporter& reporter) const override {
    warn_of_link_types(setup, reporter);
    send.link_timeout = link_timeout_;
    send.queue_below = false;
    for (const transmit::Wire& wire : wires_) {
      warn_of_far_end(setup, wire.interface, wire.facts, wires_.size() == 1, reporter);
      send.links_up.push_back(&wire.link->up());
      // A physical device has a ring even if it has no qdisc.
      send.queue_below |= wire.facts.has_queue() || wire.facts.kind.empty();
    }
  }

 private:
  // What one interface was given.
  struct Given {
    std::vector<const transmit::Counted*> lanes;

    uint64_t sum(uint64_t (transmit::Counted::*count)() const noexcept) const {
      uint64_t all = 0;
      for (const transmit::Counted* lane : lanes) all += (lane->*count)();
      return all;
    }
  };

  void count_each() {
    for (transmit::Wire& wire : wires_) {
      Given& given = given_.emplace_back();
      for (std::unique_ptr<transmit::Transmitter>& lane : wire.lanes) {
        auto counted = std::make_unique<transmit::Counted>(std::move(lane));
        given.lanes.push_back(counted.get());
        lane = std::move(counted);
      }
    }
  }

  void add_facts(replay::Report& report) override {
    uint64_t counted_by_all = 0;
    bool all_count = true;
    for (size_t i = 0; i < wires_.size(); ++i) {
      replay::InterfaceReport interface = report_of(wires_[i]);
      uint64_t sent = report.accounts.frames_sent;
      if (!given_.empty()) {
        sent = interface.frames_sent = given_[i].sum(&transmit::Counted::frames);
        interface.sent_bytes = given_[i].sum(&transmit::Counted::bytes);
      }
      if (sides_) interface.side = i == 0 ? packet::Side::kClient : packet::Side::kServer;
      interface.after = settled_counters(wires_[i], sent);
      all_count = all_count && interface.after;
      counted_by_all += interface.counted().value_or(0);
      report.interfaces.push_back(std::move(interface));
    }
    if (all_count) report.counted_by_interface = counted_by_all;
  }

  static replay::InterfaceReport report_of(transmit::Wire& wire) {
    wire.settle();
    return {.name = wire.interface,
            .facts = wire.facts,
            .backend = std::string(word_of(wire.way.backend)),
            .qdisc_bypass = wire.way.qdisc_bypass,
            .reason = wire.reason,
            .tx_threads = wire.lanes.size(),
            .notes = wire.notes,
            .before = wire.counted_before};
  }

  std::vector<transmit::Wire> wires_;
  std::vector<Given> given_;  // for each of several interfaces
  const bool sides_;
  std::unique_ptr<transmit::SplitTransmitter> split_;
  const Nanos link_timeout_;
};

void add_mtus(const Known& known, TargetOutlook& outlook) {
  std::vector<std::string> mtus;
  for (const auto& [name, facts] : known) mtus.push_back(fmt::format("{}", facts.mtu));
  if (mtus.empty()) return;
  outlook.description += fmt::format(" (MTU {})", fmt::join(mtus, " and "));
}

}  // namespace

Result<std::unique_ptr<OpenTarget>> open_interfaces(const InterfaceTarget& target,
                                                    const PlannedSet& setup,
                                                    replay::PacingProfile pacing,
                                                    Reporter& reporter) {
  TRY(std::vector<transmit::Wire> wires, open_wires(target, setup));
  for (const transmit::Wire& wire : wires) {
    for (const std::string& note : wire.notes) reporter.warning("--tx: " + note);
  }
  return std::unique_ptr<OpenTarget>(
      std::make_unique<OpenInterfaces>(target, std::move(wires), pacing));
}

void look_at_interfaces(const InterfaceTarget& target, const PlannedSet& setup, Reporter& reporter,
                        TargetOutlook& outlook) {
  Known known;
  for (const std::string& name : target.names) {
    const auto facts = transmit::inspect_interface(name);
    if (facts) known.emplace_back(name, *facts);
    const auto limits =
        transmit::interface_limits(facts ? *facts : transmit::InterfaceFacts{.mtu = 1500});
    outlook.limits = transmit::common_limits(outlook.limits, limits);
    const Result<> ready = facts ? transmit::check_ready(name, *facts) : Result<>(facts.error());
    if (!ready && !outlook.obstacle) outlook.obstacle = ready.error();
  }
  for (size_t i = 1; i < known.size(); ++i) {
    for (size_t other = 0; other < i; ++other) {
      const Result<> differ =
          check_different(known[other].first, known[other].second, known[i].first, known[i].second);
      if (!differ && !outlook.obstacle) outlook.obstacle = differ.error();
    }
  }
  add_mtus(known, outlook);
  warn_of_link_types(setup, reporter);
  for (const auto& [name, facts] : known)
    warn_of_far_end(setup, name, facts, target.names.size() == 1, reporter);
}

}  // namespace gophercap::jobs
