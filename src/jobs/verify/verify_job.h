// `gophercap verify`: compares what a receiver has captured of a replay with the plan of the
// replay.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "jobs/memory_limit.h"
#include "jobs/replay/link_options.h"
#include "jobs/replay/oversize_options.h"
#include "jobs/replay/schedule_options.h"
#include "jobs/reporter.h"
#include "jobs/set/select_options.h"
#include "jobs/set/set_options.h"
#include "rewrite/rules/rules.h"
#include "verify/sent_report.h"
#include "verify/verify_result.h"

namespace gophercap::jobs {

struct VerifyOptions {
  std::vector<std::string> captures;  // those of the receiver
  // The set that was replayed. REQUIRES: schedule.loop_count is above zero.
  SetOptions set;
  SelectOptions select;
  ScheduleOptions schedule;
  OversizeOptions oversize;
  LinkOptions link;
  rewrite::Rules rules;
  std::optional<verify::SentReport> sent;  // the replay's report
  std::optional<uint32_t> mtu;  // of the interface; empty: as in the report, otherwise no limit
  MemoryLimit memory;           // for the whole job
};

// Reads every capture; regular files are read twice. Errors: those of planning a replay and of
// captures; kNotFound if there is no packet to compare; kInvalidArgument if `memory` is too small
// or the report is from a different replay.
Result<verify::VerifyResult> run_verify(const VerifyOptions& options, Reporter& reporter,
                                        const std::stop_token& stop);

}  // namespace gophercap::jobs
