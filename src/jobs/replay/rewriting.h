// What rules change, said before the first packet.
#pragma once

#include "jobs/replay/planned_set.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// Says which rules are in force, and warns of packets that some of them do not concern. Says
// nothing if there are no rules.
void say_what_is_rewritten(const PlannedSet& setup, Reporter& reporter);

}  // namespace gophercap::jobs
