#include "jobs/replay/schedule_notes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace gophercap::jobs {
namespace {

using namespace std::chrono_literals;

// A file of which the last two packets are `gap` apart.
dataset::FileSummary file(const std::string& path, CaptureTime first, Nanos span,
                          Nanos gap = Nanos{0}) {
  dataset::FileSummary f;
  f.path = path;
  f.packets = 2;
  f.first = f.min = first;
  f.last = f.max = first + span;
  f.largest_gap = gap;
  if (gap > Nanos{0}) f.largest_gap_from = first + span - gap;
  return f;
}

replay::Plan plan_of(std::vector<dataset::FileSummary> files,
                     const replay::PlanOptions& options = {}) {
  dataset::DatasetSummary set;
  set.files = std::move(files);
  dataset::summarize(set);
  return *replay::make_plan(set, options);
}

TEST(LongPauses, AreLongerThanAMinuteAndHalfOfTheSchedule) {
  const auto count = [](Nanos span, Nanos gap, Ratio time_factor = {}) {
    return long_pauses(plan_of({file("a", CaptureTime(100h), span, gap)}), time_factor).count;
  };
  EXPECT_EQ(count(100s, 61s), 1u);
  EXPECT_EQ(count(100s, 60s), 0u) << "not longer than a minute";
  EXPECT_EQ(count(1000s, 499s), 0u) << "most of the time packets leave";
  EXPECT_EQ(count(1000s, 500s), 1u);
  EXPECT_EQ(count(100s, 61s, {1, 2}), 0u) << "twice as fast it is half a minute";
  EXPECT_EQ(count(60s, 50s, {2, 1}), 1u);
}

TEST(LongPauses, KnowWhereTheyAre) {
  const LongPauses pauses =
      long_pauses(plan_of({file("a", CaptureTime(0s), 1s), file("b", CaptureTime(1h), 3h, 3h),
                           file("c", CaptureTime(1000h), 1s)}),
                  {1, 2});
  EXPECT_EQ(pauses.count, 3u);
  EXPECT_EQ(pauses.takes, 500h + 500ms);
  ASSERT_EQ(pauses.longest.size(), 3u);
  EXPECT_EQ(pauses.longest[0].before, "b");
  EXPECT_EQ(pauses.longest[0].after, "c");
  EXPECT_EQ(pauses.longest[0].length, 498h);
  EXPECT_EQ(pauses.longest[0].from, CaptureTime(4h));
  EXPECT_EQ(pauses.longest[1].before, pauses.longest[1].after);
  EXPECT_TRUE(pauses.sequence_helps);
  EXPECT_FALSE(pauses.longest[0].first || pauses.longest[0].last);
}

TEST(LongPauses, OfFilesInASequenceHaveTheirOwnTimes) {
  const LongPauses pauses =
      long_pauses(plan_of({file("a", CaptureTime(9h), 1s), file("b", CaptureTime(1h), 3h, 2h)},
                          {.file_gap = Nanos{0}}),
                  {});
  ASSERT_EQ(pauses.longest.size(), 1u);
  EXPECT_EQ(pauses.longest[0].from, CaptureTime(2h));
  EXPECT_EQ(pauses.longest[0].to, CaptureTime(4h));
  EXPECT_TRUE(pauses.longest[0].last);
  EXPECT_FALSE(pauses.sequence_helps);
}

TEST(LongPauses, TheEndsOfTimeOverflowNothing) {
  const auto end = [](int64_t ns) { return file("a", capture_time(ns), Nanos{0}); };
  dataset::FileSummary last = end(INT64_MAX);
  last.path = "b";
  dataset::FileSummary middle = end(0);
  middle.path = "c";
  for (const auto& options : {replay::PlanOptions{}, replay::PlanOptions{.file_gap = Nanos::max()},
                              replay::PlanOptions{.files_start_together = true}}) {
    const LongPauses pauses = long_pauses(plan_of({end(INT64_MIN), last, middle}, options), {7, 3});
    EXPECT_GE(pauses.takes, Nanos{0});
    EXPECT_GE(pauses.sum, Nanos{0});
  }
}

TEST(ClocksSetBack, CountsWhatIsDueAtOnce) {
  dataset::FileSummary a = file("a", CaptureTime(9h), 1h);
  a.largest_step_back = 5min;
  a.clock_steps_back = 2;
  a.packets_behind_step = 40;
  a.first_step_back_from = CaptureTime(9h + 1s);
  dataset::FileSummary older = file("b", CaptureTime(9h), 1h);  // of a dump that counts no steps
  older.largest_step_back = 2s;
  dataset::FileSummary disorder = file("c", CaptureTime(9h), 1h);
  disorder.largest_step_back = 1s;
  const ClocksSetBack clocks = clocks_set_back(plan_of({a, older, disorder}));
  EXPECT_EQ(clocks.files, 2u);
  EXPECT_EQ(clocks.steps, 3u);
  EXPECT_EQ(clocks.packets, 40u);
  EXPECT_EQ(clocks.first_file, "a");
  EXPECT_EQ(clocks.largest, Nanos(5min));
  EXPECT_EQ(clocks.first_from, CaptureTime(9h + 1s));
  EXPECT_EQ(clocks_set_back(plan_of({a}, {.key_rule = replay::KeyRule::kOwnTime})).files, 0u);
}

}  // namespace
}  // namespace gophercap::jobs
