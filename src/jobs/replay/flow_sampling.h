// --sample: a share of the flows of a set.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "base/ratio.h"
#include "base/result.h"
#include "packet/flow_sample.h"
#include "replay/plan/plan.h"

namespace gophercap::jobs {

// Reads the set within that memory, because fragments do not tell their flow. REQUIRES: `share` is
// at most 1.
Result<std::unique_ptr<const packet::FlowSample>> make_sample(Ratio share, const replay::Plan& plan,
                                                              unsigned workers,
                                                              uint64_t memory_bytes,
                                                              const std::stop_token& stop);

}  // namespace gophercap::jobs
