// What will not leave or arrive, as far as the map knows, before the first packet does.
#pragma once

#include <cstdint>

#include "dataset/scan/file_summary.h"
#include "jobs/replay/planned_set.h"
#include "jobs/reporter.h"
#include "transmit/link/interface.h"
#include "transmit/transmitter.h"

namespace gophercap::jobs {

// How many packets of a file are too long for the target, as far as its summary tells.
struct Bounds {
  uint64_t least = 0;
  uint64_t most = 0;
  bool some_are =
      false;  // the longest is, whatever else: not all that may be too long fit after all
};
Bounds too_long(const dataset::FileSummary& file, const transmit::FrameLimits& limits) noexcept;

// Before packets go to an interface: everything below.
void warn_of_losses(const PlannedSet& setup, const transmit::InterfaceFacts& facts,
                    Reporter& reporter);
// Packets that are not Ethernet.
void warn_of_link_types(const PlannedSet& setup, Reporter& reporter);
// Packets that are longer than the far end takes.
void warn_of_far_end(const PlannedSet& setup, const transmit::InterfaceFacts& facts,
                     Reporter& reporter);

}  // namespace gophercap::jobs
