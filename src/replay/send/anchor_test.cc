#include "replay/send/anchor.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace gophercap::replay {
namespace {

using namespace std::chrono_literals;

constexpr SendTime kStart = SendTime(1000s);

TEST(Anchor, WithoutAChangeThePlannedOffsetsCountFromTheStart) {
  const Anchor anchor{.at = kStart};
  EXPECT_TRUE(anchor.as_planned());
  EXPECT_EQ(anchor.due(0ns), kStart);
  EXPECT_EQ(anchor.due(123'456'789ns), kStart + 123'456'789ns);
  EXPECT_EQ(anchor.reached(kStart + 5s), Nanos(5s));
  EXPECT_EQ(anchor.reached(kStart - 1s), Nanos(-1s));
}

TEST(Anchor, APauseMovesTheRestByExactlyItsLength) {
  const Anchor anchor = Anchor{.at = kStart, .factor = {1, 3}, .before = {1, 3}}.shifted(7s + 1ns);
  for (const int64_t planned : {0, 1, 2, 3, 999'999'999})
    EXPECT_EQ(anchor.due(Nanos(planned)), kStart + Nanos(planned / 3) + 7s + 1ns);
}

TEST(Anchor, AnotherSpeedContinuesFromThePointReached) {
  const Anchor half = Anchor{.at = kStart}.with_factor(kStart + 10s, {2, 1});
  EXPECT_EQ(half.reached(kStart + 10s), Nanos(10s));
  EXPECT_EQ(half.due(10s), kStart + 10s);
  EXPECT_EQ(half.due(11s), kStart + 12s);
  // A packet that is late already keeps its due time.
  EXPECT_EQ(half.due(9s), kStart + 9s);
  const Anchor triple = half.with_factor(kStart + 14s, {1, 3});
  EXPECT_EQ(triple.reached(kStart + 14s), Nanos(12s));
  EXPECT_EQ(triple.due(15s), kStart + 15s);
  EXPECT_EQ(triple.due(11s), kStart + 12s);
}

TEST(Anchor, AThousandChangesOfSpeedLoseNothing) {
  Anchor anchor{.at = kStart};
  SendTime now = kStart;
  Nanos planned{0};
  for (int i = 0; i < 1000; ++i) {
    // Alternately a third and twice as fast, each for a time that both divide.
    const Ratio factor = i % 2 == 0 ? Ratio{3, 1} : Ratio{1, 2};
    anchor = anchor.with_factor(now, factor);
    now += 3ms;
    planned += i % 2 == 0 ? 1ms : 6ms;
    ASSERT_EQ(anchor.reached(now), planned);
    ASSERT_EQ(anchor.due(planned), now);
  }
  EXPECT_EQ(anchor.due(planned + 2s), now + 1s);
}

TEST(Anchor, AChangeBetweenTwoNanosecondsIsOffByLessThanOne) {
  Anchor anchor{.at = kStart};
  anchor = anchor.with_factor(kStart, {1'000'000'007, 3});
  const SendTime now = kStart + 1'000'000'000ns;
  const Anchor next = anchor.with_factor(now, {1, 1});
  // The planned schedule has reached 2 ns, which were due a little before.
  EXPECT_EQ(next.offset, Nanos(2));
  EXPECT_EQ(next.at, anchor.due(2ns));
  EXPECT_LE(next.at, now);
  EXPECT_GT(anchor.due(3ns), now);
}

TEST(Anchor, AStepContinuesFromItsPacket) {
  const Anchor anchor = Anchor{.at = kStart, .factor = {2, 1}}.moved_to(30s, kStart + 5s);
  EXPECT_EQ(anchor.due(30s), kStart + 5s);
  EXPECT_EQ(anchor.due(31s), kStart + 7s);
}

TEST(Anchor, TheEndsOfTimeSaturate) {
  const Anchor anchor{.at = kStart, .factor = {UINT64_MAX, 1}, .before = {UINT64_MAX, 1}};
  EXPECT_EQ(anchor.due(Nanos::max()).time_since_epoch(), Nanos::max());
  EXPECT_EQ(anchor.due(Nanos::min()).time_since_epoch(), Nanos::min());
  const Anchor fast{.at = kStart, .factor = {1, UINT64_MAX}, .before = {1, UINT64_MAX}};
  EXPECT_EQ(fast.reached(SendTime(Nanos::max())), Nanos::max());
}

}  // namespace
}  // namespace gophercap::replay
