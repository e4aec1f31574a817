#include "cli/text/schedule_text.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gophercap::cli {
namespace {

using namespace std::chrono_literals;

jobs::LongPause pause(Nanos length, std::string before, std::string after) {
  return {.length = length,
          .from = CaptureTime(0s),
          .to = CaptureTime(length),
          .before = std::move(before),
          .after = std::move(after)};
}

TEST(ScheduleText, NothingOddIsNothingToSay) {
  EXPECT_TRUE(pause_lines({}, "a replay").empty());
  EXPECT_EQ(pause_hint({}), "");
  EXPECT_EQ(clock_line({}), "");
  EXPECT_EQ(clock_hint({}), "");
}

TEST(ScheduleText, PausesWithTheirPlacesAndWhatHelps) {
  jobs::LongPauses pauses{.longest = {pause(48h, "a", "b"), pause(1h, "b", "b")},
                          .count = 7,
                          .sum = 50h,
                          .takes = 51h,
                          .sequence_helps = true};
  using Lines = std::vector<std::string>;
  EXPECT_EQ(
      pause_lines(pauses, "a replay"),
      (Lines{"a replay takes 2d3h; 2d2h of that is waiting, in 7 pauses of more than a minute",
             "a pause of 2d0h from 1970-01-01T00:00:00Z to 1970-01-03T00:00:00Z, after a and "
             "before b",
             "a pause of 1h0m0s from 1970-01-01T00:00:00Z to 1970-01-01T01:00:00Z, inside b"}));
  EXPECT_EQ(pause_hint(pauses),
            "--max-gap 10s shortens each pause to 10s; --sequence plays the files one after the "
            "other, without the time between them");
  pauses.longest = {pause(48h, "b", "b")};
  pauses.longest[0].last = true;
  pauses.sequence_helps = false;
  EXPECT_EQ(pause_hint(pauses),
            "--max-gap 10s shortens each pause to 10s; --time-to 1970-01-03T00:00:00Z leaves out "
            "what comes after the longest");
}

TEST(ScheduleText, ClocksThatWereSetBack) {
  EXPECT_EQ(
      clock_line({.files = 1,
                  .steps = 1,
                  .packets = 1,
                  .first_file = "a",
                  .first_from = CaptureTime(5s),
                  .largest = 90s}),
      "the clock was set back in a after 1970-01-01T00:00:05Z, by up to 1m30s; 1 packet after "
      "it is due at once");
  EXPECT_EQ(clock_line({.files = 2, .steps = 3, .packets = 2000, .first_file = "a", .largest = 2s}),
            "the clock was set back 3 times in 2 files, first in a, by up to 2s; 2,000 packets "
            "after them are due at once");
  EXPECT_EQ(clock_line({.files = 1, .steps = 1, .first_file = "a", .largest = 2s}),
            "the clock was set back in a, by up to 2s; packets after it are due at once");
}

}  // namespace
}  // namespace gophercap::cli
