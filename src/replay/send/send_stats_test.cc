#include "replay/send/send_stats.h"

#include <gtest/gtest.h>

namespace gophercap::replay {
namespace {

constexpr int64_t kMillisecond = 1'000'000;

TEST(SendStats, GapsAreHeldAgainstThePacketBefore) {
  SendStats stats;
  stats.record(0, 50);
  stats.record(10, 50);
  stats.record(20, 20);
  EXPECT_EQ(stats.lateness().count(), 3u);
  EXPECT_EQ(stats.gap_error().count(), 2u);
  EXPECT_EQ(stats.gap_error().max(), 30);
  stats.break_gap();
  stats.record(30, 1000);
  EXPECT_EQ(stats.gap_error().max(), 30);
  EXPECT_EQ(stats.lateness().max(), 1000);
}

TEST(SendStats, DriftIsLastSecondAgainstFirst) {
  SendStats stats;
  stats.record(0, 500'000);  // the cost of beginning does not count
  for (int64_t ms = 1; ms < 10'000; ++ms) stats.record(ms * kMillisecond, 40 + ms / 1000 * 10);
  ASSERT_TRUE(stats.drift());
  EXPECT_EQ(stats.drift()->first_second_ns, 40);
  EXPECT_NEAR(static_cast<double>(stats.drift()->last_second_ns), 130, 3);
}

TEST(SendStats, AShortRunHasNoDrift) {
  SendStats stats;
  for (int64_t ms = 0; ms < 900; ++ms) stats.record(ms * kMillisecond, 5);
  EXPECT_FALSE(stats.drift());
}

TEST(SendStats, PausesAndTheEndOfTimeAreNoTrouble) {
  SendStats stats;
  stats.record(0, 1);
  stats.record(kMillisecond, 1);
  stats.record(3'600'000 * kMillisecond, 7);
  stats.record(INT64_MAX, 9);
  stats.record(INT64_MAX, 9);
  ASSERT_TRUE(stats.drift());
  EXPECT_EQ(stats.drift()->first_second_ns, 1);
}

}  // namespace
}  // namespace gophercap::replay
