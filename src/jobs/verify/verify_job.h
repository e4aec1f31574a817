// `gophercap verify`: what a receiver has captured of a replay, held against the replay's plan.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "jobs/replay/replay_job.h"
#include "jobs/reporter.h"
#include "jobs/verify/sent_report.h"
#include "replay/arrivals.h"
#include "replay/report.h"

namespace gophercap::jobs {

struct VerifyOptions {
  std::vector<std::string> captures;  // of the receiver
  // What was replayed: the set, which packets, when. Where to, how and the report mean nothing;
  // `loop_count` has to be above zero, `memory` is for everything.
  ReplayOptions plan;
  std::optional<SentReport> sent;  // the replay's report
  std::optional<uint32_t> mtu;     // of the interface; empty: as the report says, else any length
};

struct VerifyResult {
  replay::Arrivals arrivals;
  replay::Report plan;            // of the replay on simulated time: what was left out, and why
  std::optional<uint32_t> mtu;    // that was taken
  uint64_t packets_received = 0;  // in the captures
  uint32_t compared_bytes = UINT32_MAX;
  std::optional<uint64_t> packets_sent;  // as the report says
  bool times_mean_nothing = false;       // the report says that it did not keep time
  std::vector<replay::DamagedFile> damaged_captures;
};

// Reads every capture, the regular ones twice. Errors: those of a replay's plan and of captures;
// kNotFound if there is no packet to compare; kInvalidArgument if `memory` is too little or
// the report is of another replay.
Result<VerifyResult> run_verify(const VerifyOptions& options, Reporter& reporter,
                                const std::stop_token& stop);

// docs/formats/verify.md
std::string verify_to_json(const VerifyResult& result);

}  // namespace gophercap::jobs
