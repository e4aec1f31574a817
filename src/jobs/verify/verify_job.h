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
#include "verify/sent_report.h"
#include "verify/verify_result.h"

namespace gophercap::jobs {

struct VerifyOptions {
  std::vector<std::string> captures;  // of the receiver
  // What was replayed. REQUIRES: schedule.loop_count is above zero.
  SetOptions set;
  SelectOptions select;
  ScheduleOptions schedule;
  std::optional<verify::SentReport> sent;  // the replay's report
  std::optional<uint32_t> mtu;  // of the interface; empty: as the report says, else any length
  MemoryLimit memory;           // for everything
};

// Reads every capture, the regular ones twice. Errors: those of a replay's plan and of captures;
// kNotFound if there is no packet to compare; kInvalidArgument if `memory` is too little or
// the report is of another replay.
Result<verify::VerifyResult> run_verify(const VerifyOptions& options, Reporter& reporter,
                                        const std::stop_token& stop);

}  // namespace gophercap::jobs
