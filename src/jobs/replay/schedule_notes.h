// Unusual times of a replay that are reported before the first packet: long pauses, and clocks that
// were set back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ratio.h"
#include "base/time.h"
#include "dataset/scan/file_summary.h"
#include "replay/plan/plan.h"

namespace gophercap::jobs {

struct LongPause {
  Nanos length{0};            // as sent
  CaptureTime from{}, to{};   // times of the captured packets before and after it
  std::string before, after;  // files of these; equal if the pause is inside a file
  bool first = false;         // all packets before it have the same time
  bool last = false;          // all packets after it have the same time
};

// The long pauses of a schedule: those of more than a minute as sent, if they make up at least half
// of the schedule. A busy set has none; a set with quiet hours has some if it is quiet most of the
// time.
struct LongPauses {
  std::vector<LongPause> longest;  // longest first, at most three
  uint64_t count = 0;
  Nanos sum{0};                 // of all of them
  Nanos takes{0};               // the schedule of one loop
  bool sequence_helps = false;  // some are between files
};

// Packets after a step back of more than dataset::kClockStep are due at once.
struct ClocksSetBack {
  uint64_t files = 0;
  uint64_t steps = 0;
  uint64_t packets = 0;  // due at once; 0: unknown (an older dump)
  std::string first_file{};
  std::optional<CaptureTime> first_from{};  // time of the packet before the first step
  Nanos largest{0};                         // the largest step of that file
};

struct ScheduleNotes {
  LongPauses pauses;
  ClocksSetBack clocks;
};

// For a plan whose capture times are scaled by `time_factor`, without shortened pauses.
LongPauses long_pauses(const replay::Plan& plan, Ratio time_factor);
// For a plan that does not follow the steps.
ClocksSetBack clocks_set_back(const replay::Plan& plan);

// For a replay of the set with default options.
ScheduleNotes schedule_notes(const dataset::DatasetSummary& set);

}  // namespace gophercap::jobs
