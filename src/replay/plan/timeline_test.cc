#include "replay/plan/timeline.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace gophercap::replay {
namespace {

using std::chrono::seconds;

TEST(Timeline, IsTheDistanceFromTheFirstPacket) {
  const Timeline t(capture_time(1'000), Nanos(0), {});
  EXPECT_EQ(t.due(capture_time(1'000), 0), Nanos(0));
  EXPECT_EQ(t.due(capture_time(1'777), 0), Nanos(777));
  EXPECT_EQ(t.due(capture_time(900), 0), Nanos(-100));
}

TEST(Timeline, StretchesByAnExactRatio) {
  const Timeline third(capture_time(0), Nanos(0), {1, 3});
  EXPECT_EQ(third.due(capture_time(9), 0), Nanos(3));
  EXPECT_EQ(third.due(capture_time(10), 0),
            Nanos(3));  // floored, and the next is counted from the start again
  EXPECT_EQ(third.due(capture_time(12), 0), Nanos(4));
  const Timeline longer(capture_time(0), Nanos(0), {5, 3});
  EXPECT_EQ(longer.due(capture_time(9), 0), Nanos(15));
  EXPECT_EQ(third.due(capture_time(-1), 0), Nanos(-1));  // floored below zero too
}

TEST(Timeline, LoopsStandOnePeriodApartExactly) {
  const Timeline t(capture_time(50), Nanos(1'000'000'007), {2, 3});
  for (const uint64_t n : {uint64_t{0}, uint64_t{1}, uint64_t{2}, uint64_t{3'000'000}}) {
    __extension__ using Wide = __int128;
    const Wide exact = static_cast<Wide>(n) * 1'000'000'007 * 2 / 3;
    EXPECT_EQ(t.due(capture_time(50), n).count(), static_cast<int64_t>(exact)) << n;
  }
}

TEST(Timeline, DoesNotDriftOverATrillionPackets) {
  // One packet per µs for eleven days, played in 7/11 of the time: every due time is within a
  // nanosecond of the ideal.
  const Timeline t(capture_time(1'600'000'000'000'000'000), Nanos(0), {7, 11});
  for (const int64_t packet : {int64_t{1}, int64_t{999'999'999'999}, int64_t{1'000'000'000'000}}) {
    const int64_t due = t.due(t.first() + std::chrono::microseconds(packet), 0).count();
    EXPECT_EQ(due, packet * 1000 / 11 * 7 + packet * 1000 % 11 * 7 / 11);
  }
}

TEST(Timeline, SaturatesInsteadOfOverflowing) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const Timeline huge(capture_time(std::numeric_limits<int64_t>::min()), Nanos(kMax),
                      {std::numeric_limits<uint64_t>::max(), 1});
  EXPECT_EQ(huge.due(capture_time(kMax), std::numeric_limits<uint64_t>::max()).count(), kMax);
  EXPECT_EQ(huge.stamp(Nanos(std::numeric_limits<int64_t>::min())).time_since_epoch().count(),
            std::numeric_limits<int64_t>::min());
  const Timeline late(capture_time(kMax), Nanos(0), {1000, 1});
  EXPECT_EQ(late.due(capture_time(std::numeric_limits<int64_t>::min()), 0).count(),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(late.stamp(Nanos(1)), capture_time(kMax));
}

TEST(Timeline, FactorsFromAThousandthToAThousand) {
  const Timeline slow(capture_time(0), Nanos(0), {1000, 1});
  const Timeline fast(capture_time(0), Nanos(0), {1, 1000});
  EXPECT_EQ(slow.due(capture_time(86'400'000'000'000), 0), seconds(86'400'000));
  EXPECT_EQ(fast.due(capture_time(86'400'000'000'000), 0), Nanos(86'400'000'000));
}

TEST(Timeline, TheKeyAtATimeIsTheOneThatIsDueThen) {
  constexpr int64_t kFirst = 1'600'000'000'000'000'000;
  for (const Ratio time_factor :
       {Ratio{1, 1}, Ratio{1, 2}, Ratio{3, 1}, Ratio{1, 1000}, Ratio{7, 3}}) {
    const Timeline timeline(capture_time(kFirst), std::chrono::seconds(40), time_factor);
    for (const uint64_t loop : {0U, 1U, 7U}) {
      for (const int64_t offset : {int64_t{0}, int64_t{1'000'000}, int64_t{39'999'999'000}}) {
        const CaptureTime key = capture_time(kFirst + offset);
        const Nanos error = timeline.key_at(timeline.due(key, loop), loop) - key;
        EXPECT_LE(error, Nanos(0)) << offset;
        EXPECT_GE(error, Nanos(-1000)) << offset;  // a nanosecond of send time
      }
    }
  }
  const Timeline slow(capture_time(0), Nanos(0), {1, 1'000'000});
  EXPECT_EQ(slow.key_at(Nanos::max(), 0), CaptureTime::max());
}

}  // namespace
}  // namespace gophercap::replay
