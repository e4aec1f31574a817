// `gophercap replay --dryrun`: what a replay would do, without sending anything.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/ratio.h"
#include "base/result.h"
#include "base/time.h"
#include "jobs/replay/replay_options.h"
#include "jobs/replay/schedule_notes.h"
#include "jobs/reporter.h"
#include "replay/accounts.h"
#include "replay/report.h"
#include "replay/send/scheduler.h"

namespace gophercap::jobs {

struct Forecast {
  std::string target;
  std::optional<Error> obstacle;     // why it cannot begin at the moment (interface)
  std::vector<std::string> rewrite;  // the rules in force, as in replay::Report
  uint64_t files = 0;
  uint64_t files_outside_window = 0;
  uint64_t files_damaged = 0;
  uint64_t files_unread = 0;
  uint64_t overlap_depth = 0;
  uint64_t packets = 0;  // of one loop, inside the window
  CaptureTime first{}, last{};
  Nanos span{0};        // in capture time
  Ratio time_factor{};  // send time per capture time
  replay::SentBy sent_by = replay::SentBy::kCaptureTime;
  replay::ScheduleRule rule;   // the rate, if it is sent by one
  Nanos duration{0};           // of one loop as sent; 0 at top speed
  Nanos period{0};             // from the beginning of a loop to that of the next, as sent
  uint64_t loops = 1;          // 0: endless
  std::optional<Nanos> total;  // of all loops; empty if endless or at top speed
  replay::Limit limit;         // --limit
  bool at_most = false;        // the three durations are upper limits, since exact ones would
                               // require reading all packets
  uint64_t packets_cut = 0;
  ScheduleNotes notes;
  uint64_t clock_steps_followed = 0;  // of one loop
  // Of each of several interfaces: how many frames of one loop it gets. Empty: unknown.
  std::vector<std::pair<std::string, uint64_t>> frames_by_interface;
  // Packets rewritten in each loop after the first; empty: the same as in the first, or there is
  // none.
  std::optional<uint64_t> rewritten_later;
  replay::Accounts accounts;  // of one loop; `sent` is what would be sent, `sent_bytes` an upper
                              // limit
};

std::string forecast_to_json(const Forecast& forecast);

// Needs no privilege. Reads files again only if the map does not say what happens to their packets.
Result<Forecast> forecast_replay(const ReplayOptions& options, Reporter& reporter,
                                 std::stop_token stop);

}  // namespace gophercap::jobs
