#include "replay/send/scheduler.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gophercap::replay {
namespace {

const Timeline kTimeline(CaptureTime{}, Nanos(1000), Ratio{});
using Kind = ScheduleRule::Kind;

TEST(Scheduler, DefaultsToCaptureTimes) {
  Scheduler scheduler(kTimeline, {});
  EXPECT_EQ(scheduler.due(capture_time(7), 0, 60), Nanos(7));
  EXPECT_EQ(scheduler.due(capture_time(7), 3, 60), Nanos(3007));
}

TEST(Scheduler, PacketsPerSecondDoNotDrift) {
  Scheduler scheduler(kTimeline, {.kind = Kind::kPacketsPerSecond, .rate = {3, 1}});
  for (int64_t n = 0; n < 3'000'000; ++n) {
    const Nanos due = scheduler.due(capture_time(n * 17), 0, 60);
    ASSERT_EQ(due.count(), n * 1'000'000'000 / 3);
  }
}

TEST(Scheduler, MegabitsPerSecondCountTheBytesBefore) {
  Scheduler scheduler(kTimeline, {.kind = Kind::kMegabitsPerSecond, .rate = {1, 2}});  // 0.5 Mbit/s
  EXPECT_EQ(scheduler.due({}, 0, 1000), Nanos(0));
  EXPECT_EQ(scheduler.due({}, 0, 1), Nanos(16'000'000));
  EXPECT_EQ(scheduler.due({}, 0, 60), Nanos(16'016'000));
}

TEST(Scheduler, ALongGapIsShortenedAndWhatFollowsMovesWithIt) {
  const Timeline timeline(CaptureTime{}, Nanos(0), {});
  Scheduler scheduler(timeline, {.longest_gap = Nanos(100)});
  EXPECT_EQ(scheduler.due(capture_time(0), 0, 60), Nanos(0));
  EXPECT_EQ(scheduler.due(capture_time(100), 0, 60), Nanos(100));
  EXPECT_EQ(scheduler.due(capture_time(1000), 0, 60), Nanos(200));
  EXPECT_EQ(scheduler.due(capture_time(1050), 0, 60), Nanos(250));
  EXPECT_EQ(scheduler.due(capture_time(1151), 0, 60), Nanos(350));
  EXPECT_EQ(scheduler.gaps_shortened(), 2u);
  EXPECT_EQ(scheduler.time_removed(), Nanos(801));
}

TEST(Scheduler, ShortensTheGapBeforeTheFirstPacketToo) {
  // The schedule begins at 0 with packets that are left out.
  const Timeline timeline(CaptureTime{}, Nanos(0), {});
  Scheduler scheduler(timeline, {.longest_gap = Nanos(100)});
  EXPECT_EQ(scheduler.due(capture_time(5000), 0, 60), Nanos(100));
  EXPECT_EQ(scheduler.due(capture_time(5010), 0, 60), Nanos(110));
  EXPECT_EQ(scheduler.gaps_shortened(), 1u);
}

TEST(Scheduler, ShortensGapsAtARateToo) {
  Scheduler packets(kTimeline,
                    {.kind = Kind::kPacketsPerSecond, .rate = {1, 1}, .longest_gap = Nanos(300)});
  for (int64_t n = 0; n < 5; ++n) EXPECT_EQ(packets.due({}, 0, 60), Nanos(300 * n));
  EXPECT_EQ(packets.time_removed(), std::chrono::seconds(4) - Nanos(4 * 300));
  // Only the gap after the long frame is too long.
  Scheduler bits(kTimeline,
                 {.kind = Kind::kMegabitsPerSecond, .rate = {8, 1}, .longest_gap = Nanos(100'000)});
  EXPECT_EQ(bits.due({}, 0, 1000), Nanos(0));
  EXPECT_EQ(bits.due({}, 0, 60), Nanos(100'000));
  EXPECT_EQ(bits.due({}, 0, 60), Nanos(160'000));
  EXPECT_EQ(bits.gaps_shortened(), 1u);
}

TEST(Scheduler, SaturatesInsteadOfOverflowing) {
  Scheduler scheduler(kTimeline, {.kind = Kind::kMegabitsPerSecond, .rate = {1, UINT64_MAX}});
  scheduler.due({}, 0, UINT32_MAX);
  EXPECT_EQ(scheduler.due({}, 0, 1), Nanos(INT64_MAX));
}

}  // namespace
}  // namespace gophercap::replay
