// `gophercap replay`: put a dataset back on an interface (or into a file) as it happened.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/ratio.h"
#include "base/result.h"
#include "base/time.h"
#include "jobs/replay/replay_options.h"
#include "jobs/replay/schedule_notes.h"
#include "jobs/reporter.h"
#include "replay/report.h"
#include "replay/send/pacer.h"

namespace gophercap::jobs {

struct ReplayResult {
  replay::Report report;
  std::optional<Error> report_error;  // why the report could not be written
  bool interrupted = false;
};

// Fails if nothing could be sent for a reason known before the first packet (interface, permission,
// no files, no packets, no folder for the report). What goes wrong later is in the result, and the
// report is written all the same.
Result<ReplayResult> run_replay(const ReplayOptions& options, Reporter& reporter,
                                std::stop_token stop);

// What a replay would do, without doing it.
struct Forecast {
  std::string target;
  std::optional<Error> obstacle;  // why it can't begin at the moment (interface)
  uint64_t files = 0;
  uint64_t files_outside_window = 0;
  uint64_t files_damaged = 0;
  uint64_t files_unread = 0;
  uint64_t overlap_depth = 0;
  uint64_t packets = 0;  // of one loop, inside the window
  CaptureTime first{}, last{};
  Nanos span{0};          // in capture time
  Ratio stretch{};        // send time per capture time
  bool topspeed = false;  // nothing is due at any time
  replay::Pace pace;
  Nanos duration{0};           // of one loop, as sent; 0 at top speed
  Nanos period{0};             // from one loop to the next, as sent
  uint64_t loops = 1;          // 0 = for ever
  std::optional<Nanos> total;  // of all loops; empty = endless or as fast as it goes
  bool at_most = false;        // these three are upper limits: only a pass would know
  uint64_t packets_cut = 0;
  ScheduleNotes notes;
  uint64_t clock_steps_followed = 0;  // of one loop
  replay::Accounts accounts;  // of one loop; `sent` is what would leave, `sent_bytes` the most
};

std::string forecast_to_json(const Forecast& forecast);

// Needs no privilege. Reads files a second time only where the map does not tell what becomes of
// their packets.
Result<Forecast> forecast_replay(const ReplayOptions& options, Reporter& reporter,
                                 std::stop_token stop);

}  // namespace gophercap::jobs
