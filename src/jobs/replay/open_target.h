// A target that is open for sending.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "jobs/replay/delivery_options.h"
#include "jobs/replay/planned_set.h"
#include "jobs/replay/target.h"
#include "jobs/reporter.h"
#include "replay/report.h"
#include "replay/send/clock.h"
#include "replay/send/sender.h"
#include "transmit/transmitter.h"

namespace gophercap::jobs {

// Has one transmitter and one clock for each sending thread.
class OpenTarget {
 public:
  virtual ~OpenTarget() = default;
  OpenTarget(const OpenTarget&) = delete;
  OpenTarget& operator=(const OpenTarget&) = delete;

  std::span<transmit::Transmitter* const> transmitters() const noexcept { return transmitters_; }
  std::span<replay::Clock* const> clocks() const noexcept { return clock_pointers_; }

  // Call before the first packet. Sets in `send` what is known about the target, and warns of
  // packets that will be lost there. `send` borrows from this object.
  virtual void prepare(const PlannedSet& /*setup*/, replay::SendOptions& /*send*/,
                       Reporter& /*reporter*/) const {}
  // Call at the end, when nothing may be pending any more. Adds unconfirmed frames and the counts
  // of the kernel to the report.
  void finish(replay::Report& report);

 protected:
  explicit OpenTarget(const TargetTraits& traits) : traits_(traits) {}
  // Adds a sending thread. The target owns `transmitter`.
  void add(transmit::Transmitter& transmitter, std::unique_ptr<replay::Clock> clock);

 private:
  // Adds what the target knows of itself to the report, such as its counters.
  virtual void add_facts(replay::Report& /*report*/) {}

  const TargetTraits traits_;
  std::vector<transmit::Transmitter*> transmitters_;
  std::vector<std::unique_ptr<replay::Clock>> clocks_;
  std::vector<replay::Clock*> clock_pointers_;
};

Result<std::unique_ptr<OpenTarget>> open_target(const DeliveryOptions& options,
                                                const PlannedSet& setup, Reporter& reporter,
                                                const std::stop_token& stop);

// How much of the memory for packets an open target takes.
uint64_t memory_of(const Target& target, const PlannedSet& setup) noexcept;

// What is known about a target without opening it.
struct TargetOutlook {
  std::string description;        // for messages
  transmit::FrameLimits limits;   // the MTU is assumed to be 1500 if the interface cannot be
                                  // queried
  std::optional<Error> obstacle;  // why sending cannot begin at the moment
};

// Needs no privilege. Warns of packets that will be lost.
TargetOutlook look_at(const Target& target, const PlannedSet& setup, Reporter& reporter);

}  // namespace gophercap::jobs
