// Network interfaces as the target of a replay.
#pragma once

#include <memory>

#include "base/result.h"
#include "jobs/replay/open_target.h"
#include "jobs/replay/planned_set.h"
#include "jobs/replay/target.h"
#include "jobs/reporter.h"
#include "replay/send/clock.h"

namespace gophercap::jobs {

Result<std::unique_ptr<OpenTarget>> open_interfaces(const InterfaceTarget& target,
                                                    const PlannedSet& setup,
                                                    replay::PacingProfile pacing,
                                                    Reporter& reporter);

// Adds what is known about them to `outlook`, and warns of packets that will be lost.
void look_at_interfaces(const InterfaceTarget& target, const PlannedSet& setup, Reporter& reporter,
                        TargetOutlook& outlook);

}  // namespace gophercap::jobs
