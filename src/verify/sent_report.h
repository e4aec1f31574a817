// The parts of a replay's report (docs/formats/report.md) that verify needs.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "io/file/open_file.h"
#include "replay/report.h"

namespace gophercap::verify {

struct SentReport {
  std::optional<CaptureTime> started;  // by the wall clock of the sender
  std::optional<uint32_t> max_frame_bytes;
  bool through_tunnel = false;
  bool names_changes = false;  // it says which packets were sent as other frames
  std::string oversize;        // what was done about packets that were too long; empty: not named
  uint64_t sent = 0;
  uint64_t loops_done = 0;
  bool endless = false;  // an endless replay
  // What its times followed; empty: a rate, or not said. With kTopSpeed, they are meaningless.
  std::optional<replay::SentBy> sent_by;
  std::optional<replay::Request> request;  // empty if the version that wrote it had none
  std::string plan_digest;                 // the same
  std::string text;                        // the whole text
};

// Errors: those of reading; kCorrupt if it is not a report, kUnsupported for an unknown version,
// kCancelled. For `owners` see io::open_file().
Result<SentReport> read_sent_report(const std::string& path, const std::stop_token& stop,
                                    io::Owners owners);

// Fails with kInvalidArgument if `report` is not about the replay that `plan` (a simulated one)
// describes. The error names the first difference, and says whether the set has changed.
Result<> check_same_replay(const SentReport& report, const replay::Report& plan);

}  // namespace gophercap::verify
