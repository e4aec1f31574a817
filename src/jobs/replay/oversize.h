// Packets that are too long for where they go.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "base/result.h"
#include "jobs/replay/oversize_options.h"
#include "jobs/replay/planned_set.h"
#include "jobs/reporter.h"
#include "packet/frame_fitter.h"
#include "replay/accounts.h"
#include "transmit/transmitter.h"

namespace gophercap::jobs {

// What a replay of the set, and whatever predicts or checks one, does with frames above `limits`;
// null if there can be none. To know the size of segments it may read the whole set first.
Result<std::unique_ptr<const packet::FrameFitter>> make_fitter(const OversizeOptions& options,
                                                               const PlannedSet& setup,
                                                               const transmit::FrameLimits& limits,
                                                               unsigned workers, Reporter& reporter,
                                                               const std::stop_token& stop);

// Those of a target, on a path with the MTU that was asked for.
transmit::FrameLimits limits_of(const transmit::FrameLimits& target,
                                const PlannedSet& setup) noexcept;

// --oversize fail: an error if there is a packet that is too long.
Result<> check_long_packets(const OversizeOptions& options, const replay::Accounts& expected,
                            const transmit::FrameLimits& limits);

}  // namespace gophercap::jobs
