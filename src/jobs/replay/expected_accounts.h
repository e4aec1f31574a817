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

// How many frames each of several wires gets.
struct FramesByWire {
  const replay::WireChoice* choice = nullptr;  // null: there is one wire; borrowed
  std::vector<uint64_t> frames{};
};

// Of one loop; `sent` is what would be sent, `sent_bytes` at most so many. Reads those files of
// which the map does not tell enough; all if `by_wire` has a choice, whose frames it counts.
Result<replay::Accounts> expected_accounts(const PlannedSet& setup,
                                           const transmit::FrameLimits& limits, unsigned workers,
                                           const std::stop_token& stop,
                                           FramesByWire* by_wire = nullptr);

}  // namespace gophercap::jobs
