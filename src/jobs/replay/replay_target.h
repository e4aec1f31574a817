// Where a replay goes: an interface, a recording, or nowhere.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "jobs/replay/delivery_options.h"
#include "jobs/replay/planned_set.h"
#include "jobs/reporter.h"
#include "replay/report.h"
#include "replay/send/clock.h"
#include "transmit/transmitter.h"
#include "transmit/wire/wire.h"

namespace gophercap::jobs {

// One transmitter and one clock for each sending thread.
struct ReplayTarget {
  std::optional<transmit::Wire> wire;            // an interface; owns its transmitters, …
  std::unique_ptr<transmit::Transmitter> other;  // … everything else is this
  std::vector<transmit::Transmitter*> transmitters;
  std::vector<std::unique_ptr<replay::Clock>> clocks;
  std::vector<replay::Clock*> clock_pointers;

  // No time passes.
  bool simulated() const noexcept { return !wire; }
  transmit::FrameLimits limits() const noexcept { return transmitters.front()->limits(); }
  // Nothing may be on its way afterwards; settles what is not confirmed, and what the kernel has
  // counted, in the report.
  void finish(replay::Report& report);
};

Result<ReplayTarget> open_target(const DeliveryOptions& options, const PlannedSet& setup,
                                 Reporter& reporter, const std::stop_token& stop);

// Tell what will not leave or arrive, as far as the map knows, before the first packet does.
void warn_of_losses(const PlannedSet& setup, const transmit::InterfaceFacts& facts,
                    Reporter& reporter);
// Parts of that.
void warn_of_link_types(const PlannedSet& setup, Reporter& reporter);
void warn_of_far_end(const PlannedSet& setup, const transmit::InterfaceFacts& facts,
                     Reporter& reporter);

}  // namespace gophercap::jobs
