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

// One transmitter and one clock for each sending thread.
class OpenTarget {
 public:
  virtual ~OpenTarget() = default;
  OpenTarget(const OpenTarget&) = delete;
  OpenTarget& operator=(const OpenTarget&) = delete;

  std::span<transmit::Transmitter* const> transmitters() const noexcept { return transmitters_; }
  std::span<replay::Clock* const> clocks() const noexcept { return clock_pointers_; }

  // Before the first packet: tells `send` what it has to know of the way out, and warns of what
  // will be lost there. `send` borrows from this.
  virtual void prepare(const PlannedSet& /*setup*/, replay::SendOptions& /*send*/,
                       Reporter& /*reporter*/) const {}
  // Nothing may be on its way afterwards; settles what is not confirmed, and what the kernel has
  // counted, in the report.
  void finish(replay::Report& report);

 protected:
  explicit OpenTarget(const TargetTraits& traits) : traits_(traits) {}
  // For one more sending thread. `transmitter` is owned by the target.
  void add(transmit::Transmitter& transmitter, std::unique_ptr<replay::Clock> clock);

 private:
  // For targets with counters: puts into the report what these say.
  virtual void add_counters(replay::Report& /*report*/) {}

  const TargetTraits traits_;
  std::vector<transmit::Transmitter*> transmitters_;
  std::vector<std::unique_ptr<replay::Clock>> clocks_;
  std::vector<replay::Clock*> clock_pointers_;
};

Result<std::unique_ptr<OpenTarget>> open_target(const DeliveryOptions& options,
                                                const PlannedSet& setup, Reporter& reporter,
                                                const std::stop_token& stop);

// What an open target takes of the memory that packets were to have.
uint64_t memory_of(const Target& target, const PlannedSet& setup) noexcept;

// What is known of a target without opening it.
struct TargetOutlook {
  std::string description;        // as people read it
  transmit::FrameLimits limits;   // an interface that can't be asked is taken to have MTU 1500
  std::optional<Error> obstacle;  // why sending can't begin at the moment
};

// Needs no privilege. Warns of what will be lost.
TargetOutlook look_at(const Target& target, const PlannedSet& setup, Reporter& reporter);

}  // namespace gophercap::jobs
