// What becomes of the packets of a set, known before any is sent.
#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "jobs/replay/planned_set.h"
#include "replay/accounts.h"
#include "replay/read/wire_choice.h"
#include "transmit/transmitter.h"

namespace gophercap::jobs {

// What accounts do not tell.
struct ExpectedDetails {
  const replay::WireChoice* wires = nullptr;  // null: there is one wire; borrowed
  std::vector<uint64_t> frames_by_wire{};     // how many each of several wires gets
  uint64_t rewritten_later = 0;               // as in replay::Survey
};

// Of one loop; `sent` is what would be sent, `sent_bytes` at most so many. Reads those files of
// which the map does not tell enough; all if `details` has wires, whose frames it counts.
Result<replay::Accounts> expected_accounts(const PlannedSet& setup,
                                           const transmit::FrameLimits& limits, unsigned workers,
                                           const std::stop_token& stop,
                                           ExpectedDetails* details = nullptr);

}  // namespace gophercap::jobs
