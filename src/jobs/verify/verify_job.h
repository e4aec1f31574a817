// `gophercap verify`: what a receiver has captured of a replay, held against the replay's plan.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "jobs/memory_limit.h"
#include "jobs/replay/schedule_options.h"
#include "jobs/reporter.h"
#include "jobs/set/select_options.h"
#include "jobs/set/set_options.h"
#include "jobs/verify/sent_report.h"
#include "replay/arrivals.h"
#include "replay/report.h"

namespace gophercap::jobs {

struct VerifyOptions {
  std::vector<std::string> captures;  // of the receiver
  // What was replayed. REQUIRES: schedule.loop_count is above zero.
  SetOptions set;
  SelectOptions select;
  ScheduleOptions schedule;
  std::optional<SentReport> sent;  // the replay's report
  std::optional<uint32_t> mtu;     // of the interface; empty: as the report says, else any length
  MemoryLimit memory;              // for everything
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
