// Words for what is odd about a replay's times.
#pragma once

#include <string>
#include <vector>

#include "jobs/replay/schedule_notes.h"

namespace gophercap::cli {

// "a replay waits 15y …": how long it takes, how much of that is waiting; then a line for each of
// the longest pauses. Empty: there is nothing to say. `who` is what takes so long.
std::vector<std::string> pause_lines(const jobs::LongPauses& pauses, std::string_view who);
// What to type. Empty as well.
std::string pause_hint(const jobs::LongPauses& pauses);

// "the clock was set back …"; empty: it was not.
std::string clock_line(const jobs::ClocksSetBack& clocks);
std::string clock_hint(const jobs::ClocksSetBack& clocks);

}  // namespace gophercap::cli
