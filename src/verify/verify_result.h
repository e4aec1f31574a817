// The result of verify: what arrived, and the plan it was compared with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/report.h"
#include "verify/arrivals.h"

namespace gophercap::verify {

struct VerifyResult {
  Arrivals arrivals;
  replay::Report plan;            // of the simulated replay: what was left out, and why
  std::optional<uint32_t> mtu;    // the one that was assumed
  uint64_t packets_received = 0;  // in the captures
  uint32_t compared_bytes = UINT32_MAX;
  std::optional<uint64_t> packets_sent;  // according to the report
  bool times_mean_nothing = false;       // the report says that it was sent at top speed, without a
                                         // schedule
  std::vector<replay::DamagedFile> damaged_captures;
};

// The format is described in docs/formats/verify.md.
std::string verify_to_json(const VerifyResult& result);

}  // namespace gophercap::verify
