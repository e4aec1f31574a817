#include "replay/plan/clock_steps.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <vector>

namespace gophercap::replay {
namespace {

using Keys = std::vector<int64_t>;

constexpr ClockSteps kFollow{.follow = true, .limit = Nanos(10)};
constexpr ClockSteps kBothWays{.follow = true, .ahead = true, .limit = Nanos(10)};

Keys keys_of(const Keys& times, const ClockSteps& steps, uint64_t expected_steps) {
  KeyClock clock(steps);
  Keys keys;
  for (const int64_t time : times) {
    clock.take(time);
    keys.push_back(clock.key_ns());
  }
  EXPECT_EQ(clock.steps(), expected_steps);
  return keys;
}

TEST(KeyClock, WithoutStepsIsTheLargestTime) {
  EXPECT_EQ(keys_of({5, 7, 6, 15, 9, 5, 5000}, kFollow, 0), (Keys{5, 7, 7, 15, 15, 15, 5000}));
}

TEST(KeyClock, WhatFollowsAStepBackKeepsItsGaps) {
  EXPECT_EQ(keys_of({1000, 1005, 300, 302, 309}, kFollow, 1), (Keys{1000, 1005, 1005, 1007, 1014}));
  EXPECT_EQ(keys_of({1000, 989, 990}, kFollow, 1), (Keys{1000, 1000, 1001}))
      << "11 is more than 10";
  EXPECT_EQ(keys_of({1000, 990, 1001}, kFollow, 0), (Keys{1000, 1000, 1001}));
}

TEST(KeyClock, StepsAddUp) {
  EXPECT_EQ(keys_of({1000, 500, 501, 100, 103}, kFollow, 2), (Keys{1000, 1000, 1001, 1001, 1004}));
}

TEST(KeyClock, APauseIsNoStepUnlessAsked) {
  EXPECT_EQ(keys_of({1000, 5000, 5001}, kFollow, 0), (Keys{1000, 5000, 5001}));
  EXPECT_EQ(keys_of({1000, 5000, 5001}, kBothWays, 1), (Keys{1000, 1000, 1001}));
  EXPECT_EQ(keys_of({1000, 1010, 1021, 1022}, kBothWays, 1), (Keys{1000, 1010, 1010, 1011}));
  // After a step back as well.
  EXPECT_EQ(keys_of({1000, 500, 540}, kFollow, 1), (Keys{1000, 1000, 1040}));
}

TEST(KeyClock, OnePacketWithAWrongTimeMovesNothing) {
  EXPECT_EQ(keys_of({1000, 1005, 0, 1007, 1009}, kFollow, 2), (Keys{1000, 1005, 1005, 1007, 1009}));
  EXPECT_EQ(keys_of({1000, 1005, 0, 1007, 1009}, kBothWays, 2),
            (Keys{1000, 1005, 1005, 1007, 1009}));
  EXPECT_EQ(keys_of({1000, 1005, 9000, 1007, 1009}, kBothWays, 2),
            (Keys{1000, 1005, 1005, 1007, 1009}));
  // In a pause.
  EXPECT_EQ(keys_of({1000, 0, 1500, 1501}, kFollow, 2), (Keys{1000, 1000, 1500, 1501}));
}

TEST(KeyClock, TwoClocksInOneFileDoNotDrift) {
  Keys times;
  for (int64_t i = 0; i < 1000; ++i) times.push_back(i % 2 == 0 ? 1000 + i : i);
  for (const ClockSteps& steps : {kFollow, kBothWays}) {
    const Keys keys = keys_of(times, steps, 999);
    for (size_t i = 0; i < keys.size(); ++i)
      ASSERT_LE(std::abs(keys[i] - (1000 + static_cast<int64_t>(i))), 1) << i;
  }
}

TEST(KeyClock, KeysNeverGoBackAndSaturate) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  for (const ClockSteps& steps : {kFollow, kBothWays}) {
    KeyClock clock(steps);
    int64_t before = kMin;
    for (const int64_t time :
         {int64_t{0}, kMax, kMin, int64_t{5}, kMin + 7, kMax, kMax, kMin, kMax, int64_t{-3}}) {
      clock.take(time);
      ASSERT_GE(clock.key_ns(), before);
      before = clock.key_ns();
    }
  }
}

}  // namespace
}  // namespace gophercap::replay
