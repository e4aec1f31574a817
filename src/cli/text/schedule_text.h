// Messages about unusual times of a replay.
#pragma once

#include <string>
#include <vector>

#include "jobs/replay/schedule_notes.h"

namespace gophercap::cli {

// "a replay waits 15y …": returns how long it takes, how much of that is waiting, then a line for
// each of the longest pauses. Empty if there are none. `who` is what takes so long.
std::vector<std::string> pause_lines(const jobs::LongPauses& pauses, std::string_view who);
// Returns what to type. May be empty too.
std::string pause_hint(const jobs::LongPauses& pauses);

// Returns "the clock was set back …", or "".
std::string clock_line(const jobs::ClocksSetBack& clocks);
std::string clock_hint(const jobs::ClocksSetBack& clocks);

}  // namespace gophercap::cli
