// What becomes of the packets of a set, known before any is sent.
#pragma once

#include <stop_token>

#include "base/result.h"
#include "jobs/replay/planned_set.h"
#include "replay/accounts.h"
#include "transmit/transmitter.h"

namespace gophercap::jobs {

// Of one loop; `sent` is what would be sent, `sent_bytes` at most so many. Reads those files of
// which the map does not tell enough.
Result<replay::Accounts> expected_accounts(const PlannedSet& setup,
                                           const transmit::FrameLimits& limits, unsigned workers,
                                           const std::stop_token& stop);

}  // namespace gophercap::jobs
