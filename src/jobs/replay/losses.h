// Warns, before the first packet, of packets that will not be sent or not arrive, as far as the map
// tells.
#pragma once

#include <cstdint>
#include <string>

#include "dataset/scan/file_summary.h"
#include "jobs/replay/oversize_options.h"
#include "jobs/replay/planned_set.h"
#include "jobs/reporter.h"
#include "transmit/link/interface.h"
#include "transmit/transmitter.h"

namespace gophercap::jobs {

// How many packets of a file are too long for the target, according to its summary.
struct Bounds {
  uint64_t least = 0;
  uint64_t most = 0;
  bool some_are =
      false;  // certain for the longest packet; the others that may be too long might fit
};
Bounds too_long(const dataset::FileSummary& file, const transmit::FrameLimits& limits) noexcept;
// False: certainly none is, whatever its link type.
bool may_be_too_long(const dataset::FileSummary& file,
                     const transmit::FrameLimits& limits) noexcept;

// Warns of packets that are longer than the target takes, and says what becomes of them.
void warn_of_long_packets(const PlannedSet& setup, const transmit::FrameLimits& limits,
                          Oversize policy, Reporter& reporter);
// Warns of packets that are not Ethernet.
void warn_of_link_types(const PlannedSet& setup, Reporter& reporter);
// Warns of packets that are longer than the far end of `interface` accepts. `gets_all`: there is no
// other interface.
void warn_of_far_end(const PlannedSet& setup, const std::string& interface,
                     const transmit::InterfaceFacts& facts, bool gets_all, Reporter& reporter);

}  // namespace gophercap::jobs
