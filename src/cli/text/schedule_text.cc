#include "cli/text/schedule_text.h"

#include <fmt/format.h>

#include "cli/text/units.h"

namespace gophercap::cli {
namespace {

std::string place_text(const jobs::LongPause& pause) {
  const std::string times =
      fmt::format("from {} to {}", format_rfc3339(pause.from), format_rfc3339(pause.to));
  if (pause.before == pause.after) return fmt::format("{}, inside {}", times, pause.before);
  return fmt::format("{}, after {} and before {}", times, pause.before, pause.after);
}

}  // namespace

std::vector<std::string> pause_lines(const jobs::LongPauses& pauses, std::string_view who) {
  std::vector<std::string> lines;
  if (pauses.longest.empty()) return lines;
  lines.push_back(fmt::format("{} takes {}; {} of that is waiting, in {} of more than a minute",
                              who, human_duration(pauses.takes), human_duration(pauses.sum),
                              counted(pauses.count, "pause")));
  for (const jobs::LongPause& pause : pauses.longest)
    lines.push_back(
        fmt::format("a pause of {} {}", human_duration(pause.length), place_text(pause)));
  return lines;
}

std::string pause_hint(const jobs::LongPauses& pauses) {
  if (pauses.longest.empty()) return {};
  std::string text = "--max-gap 10s shortens each pause to 10s";
  if (pauses.sequence_helps)
    text += "; --sequence plays the files one after the other, without the time between them";
  const jobs::LongPause& longest = pauses.longest.front();
  if (longest.first) {
    text += fmt::format("; --time-from {} leaves out what comes before the longest",
                        format_rfc3339(longest.to));
  } else if (longest.last) {
    text += fmt::format("; --time-to {} leaves out what comes after the longest",
                        format_rfc3339(longest.to));
  }
  return text;
}

std::string clock_line(const jobs::ClocksSetBack& clocks) {
  if (clocks.files == 0) return {};
  std::string place = clocks.first_file;
  if (clocks.first_from) place += " after " + format_rfc3339(*clocks.first_from);
  const std::string packets = clocks.packets > 0 ? counted(clocks.packets, "packet") : "packets";
  const std::string where =
      clocks.steps == 1
          ? fmt::format("the clock was set back in {}", place)
          : fmt::format("the clock was set back {} in {}, first in {}",
                        counted(clocks.steps, "time"), counted(clocks.files, "file"), place);
  return fmt::format("{}, by up to {}; {} after {} {} due at once", where,
                     human_duration(clocks.largest), packets, clocks.steps == 1 ? "it" : "them",
                     clocks.packets == 1 ? "is" : "are");
}

std::string clock_hint(const jobs::ClocksSetBack& clocks) {
  return clocks.files == 0 ? "" : "--clock-steps follow keeps the gaps between them";
}

}  // namespace gophercap::cli
