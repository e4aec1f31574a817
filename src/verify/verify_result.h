// What verify found: arrivals, and the plan that they were held against.
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
  replay::Report plan;            // of the replay on simulated time: what was left out, and why
  std::optional<uint32_t> mtu;    // that was taken
  uint64_t packets_received = 0;  // in the captures
  uint32_t compared_bytes = UINT32_MAX;
  std::optional<uint64_t> packets_sent;  // as the report says
  bool times_mean_nothing = false;       // the report says that it did not keep time
  std::vector<replay::DamagedFile> damaged_captures;
};

// docs/formats/verify.md
std::string verify_to_json(const VerifyResult& result);

}  // namespace gophercap::verify
