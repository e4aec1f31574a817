// What is odd about a replay's times, and worth a word before the first packet: waits, and clocks
// that were set back.
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
  CaptureTime from{}, to{};   // of the captured packets before and behind it
  std::string before, after;  // files of these; the same: it lies inside one file
  bool first = false;         // nothing but packets of one time stands before it
  bool last = false;          // …, or behind it
};

// The waits of a schedule that are worth a word: those of more than a minute, as sent, if they make
// up half of it or more. A busy set has none; a set with quiet hours has, if it is quiet for longer
// than not.
struct LongPauses {
  std::vector<LongPause> longest;  // the longest first, three at most
  uint64_t count = 0;
  Nanos sum{0};                 // of all of them
  Nanos takes{0};               // the schedule of one loop
  bool sequence_helps = false;  // some lie between files
};

// Packets that stand behind a step back of more than dataset::kClockStep are due at once.
struct ClocksSetBack {
  uint64_t files = 0;
  uint64_t steps = 0;
  uint64_t packets = 0;  // due at once; 0: not known (an older dump)
  std::string first_file{};
  std::optional<CaptureTime> first_from{};  // time of the packet before the first step
  Nanos largest{0};                         // of that file
};

struct ScheduleNotes {
  LongPauses pauses;
  ClocksSetBack clocks;
};

// Of a plan whose capture times are sent at `stretch`, without shortened pauses.
LongPauses long_pauses(const replay::Plan& plan, Ratio stretch);
// Of a plan that does not follow the steps.
ClocksSetBack clocks_set_back(const replay::Plan& plan);

// Of a replay of the set as it is.
ScheduleNotes schedule_notes(const dataset::DatasetSummary& set);

}  // namespace gophercap::jobs
