#include "base/saturating.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace gophercap {
namespace {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

constexpr int64_t kMin = INT64_MIN;
constexpr int64_t kMax = INT64_MAX;

TEST(Saturating, WithoutASign) {
  EXPECT_EQ(saturating_sum(uint64_t{2}, uint64_t{3}), 5U);
  EXPECT_EQ(saturating_sum(UINT64_MAX - 1, 1), UINT64_MAX);
  EXPECT_EQ(saturating_sum(UINT64_MAX - 1, 2), UINT64_MAX);
  EXPECT_EQ(saturating_product(uint64_t{1} << 32, uint64_t{1} << 31), uint64_t{1} << 63);
  EXPECT_EQ(saturating_product(uint64_t{1} << 32, uint64_t{1} << 32), UINT64_MAX);
}

TEST(Saturating, EachEndIsKept) {
  EXPECT_EQ(saturating_sum(int64_t{-2}, int64_t{3}), 1);
  EXPECT_EQ(saturating_sum(kMax, int64_t{1}), kMax);
  EXPECT_EQ(saturating_sum(kMin, int64_t{-1}), kMin);
  EXPECT_EQ(saturating_sum(kMin, kMax), -1);
  EXPECT_EQ(saturating_difference(2, 3), -1);
  EXPECT_EQ(saturating_difference(kMax, -1), kMax);
  EXPECT_EQ(saturating_difference(kMin, 1), kMin);
  EXPECT_EQ(saturating_difference(0, kMin), kMax);
  EXPECT_EQ(absolute_difference(3, 5), 2);
  EXPECT_EQ(absolute_difference(kMin, kMax), kMax);
  EXPECT_EQ(absolute_difference(kMax, kMin), kMax);
}

TEST(Saturating, WiderIntegers) {
  EXPECT_EQ(saturated_int64(int64_t{-7}), -7);
  EXPECT_EQ(saturated_int64(uint64_t{7}), 7);
  EXPECT_EQ(saturated_int64(UINT64_MAX), kMax);
  EXPECT_EQ(saturated_int64(Int128{kMin} - 1), kMin);
  EXPECT_EQ(saturated_int64(Int128{kMin}), kMin);
  EXPECT_EQ(saturated_int64(Int128{kMax} + 1), kMax);
  EXPECT_EQ(saturated_int64(~UInt128{0}), kMax);
}

TEST(Saturating, Times) {
  EXPECT_EQ(saturating_sum(Nanos::max(), Nanos(1)), Nanos::max());
  EXPECT_EQ(saturating_sum(Nanos::min(), Nanos(-1)), Nanos::min());
  EXPECT_EQ(saturating_sum(capture_time(kMax - 1), Nanos(5)), capture_time(kMax));
  EXPECT_EQ(saturating_sum(capture_time(kMin + 1), Nanos(-5)), capture_time(kMin));
  EXPECT_EQ(saturating_distance(capture_time(kMin), capture_time(kMax)), Nanos::max());
  EXPECT_EQ(saturating_distance(capture_time(kMax), capture_time(kMin)), Nanos::min());
  EXPECT_EQ(saturating_distance(capture_time(5), capture_time(3)), Nanos(-2));
}

}  // namespace
}  // namespace gophercap
