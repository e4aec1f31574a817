// The report that a replay has written (docs/formats/report.md), as far as verify needs it.
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
  uint64_t sent = 0;
  uint64_t loops_done = 0;
  bool endless = false;                    // it would have gone on for ever
  bool top_speed = false;                  // its times say nothing
  std::optional<replay::Request> request;  // empty: a version that wrote none
  std::string plan_digest;                 // likewise
  std::string text;                        // all of it
};

// Errors: what keeps it from being read; kCorrupt where it is no such report, kUnsupported of a
// version that is not known, kCancelled. `owners`: see
// io::open_file().
Result<SentReport> read_sent_report(const std::string& path, const std::stop_token& stop,
                                    io::Owners owners);

// kInvalidArgument if `report` is not about the replay that `plan` (a simulated one) describes;
// names the first thing that differs, and whether it is the set that has changed.
Result<> check_same_replay(const SentReport& report, const replay::Report& plan);

}  // namespace gophercap::verify
