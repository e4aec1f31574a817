// --split: finds out which packets of a set come from the side of the clients.
#pragma once

#include <memory>
#include <stop_token>

#include "base/result.h"
#include "jobs/replay/planned_set.h"
#include "jobs/replay/side_choice.h"
#include "jobs/replay/target.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// Null if the target does not split packets by their side. Reads the whole set, because the packet
// that opens a connection may be anywhere in it.
Result<std::unique_ptr<const SideChoice>> make_side_choice(const Target& target,
                                                           const PlannedSet& setup,
                                                           unsigned workers, Reporter& reporter,
                                                           const std::stop_token& stop);

}  // namespace gophercap::jobs
