#include "base/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace gophercap {
namespace {

int64_t exact_quantile(const std::vector<int64_t>& sorted, double q) {
  size_t rank = 1;  // smallest rank with rank / size >= q
  while (static_cast<double>(rank) / static_cast<double>(sorted.size()) < q) ++rank;
  return sorted[rank - 1];
}

TEST(HistogramTest, NothingRecorded) {
  const Histogram h;
  EXPECT_EQ(h.count(), 0u);
  EXPECT_EQ(h.max(), 0);
  EXPECT_EQ(h.mean(), 0);
  EXPECT_EQ(h.quantile(0.5), 0);
  EXPECT_EQ(h.quantile(1), 0);
}

TEST(HistogramTest, SmallValuesAreExact) {
  Histogram h;
  for (int64_t v = 1; v <= 100; ++v) h.record(v);
  EXPECT_EQ(h.quantile(0.01), 1);
  EXPECT_EQ(h.quantile(0.07), 7);
  EXPECT_EQ(h.quantile(0.5), 50);
  EXPECT_EQ(h.quantile(0.99), 99);
  EXPECT_EQ(h.quantile(1), 100);
  EXPECT_EQ(h.mean(), 50.5);
}

TEST(HistogramTest, NegativeCountsAsZero) {
  Histogram h;
  h.record(-5);
  h.record(std::numeric_limits<int64_t>::min());
  EXPECT_EQ(h.count(), 2u);
  EXPECT_EQ(h.max(), 0);
  EXPECT_EQ(h.quantile(1), 0);
}

TEST(HistogramTest, LargestValueFits) {
  Histogram h;
  h.record(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(h.max(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(h.quantile(0.5), std::numeric_limits<int64_t>::max());
}

// Every power of two and its neighbours. A single value is the maximum and therefore exact; below a
// larger value it may be rounded up by at most 1/64.
TEST(HistogramTest, BucketBorders) {
  for (unsigned bit = 0; bit < 63; ++bit) {
    for (int64_t step = -1; step <= 1; ++step) {
      const int64_t v = (int64_t{1} << bit) + step;
      Histogram h;
      h.record(v);
      EXPECT_EQ(h.quantile(1), v);
      h.record(std::numeric_limits<int64_t>::max());
      EXPECT_GE(h.quantile(0.5), v);
      EXPECT_LE(h.quantile(0.5) - v, v / 64);
    }
  }
}

TEST(HistogramTest, QuantilesOfRandomDataAreWithinTheBound) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 40; ++round) {
    const size_t size = 1 + random() % 2000;
    std::vector<int64_t> values(size);
    Histogram h;
    Histogram left;
    Histogram right;
    for (int64_t& v : values) {
      v = static_cast<int64_t>(random() >> (1 + random() % 62));
      h.record(v);
      (random() % 2 == 0 ? left : right).record(v);
    }
    std::sort(values.begin(), values.end());
    left.merge(right);
    EXPECT_EQ(left.count(), size);
    EXPECT_EQ(left.max(), values.back());
    for (const double q : {1e-6, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const int64_t exact = exact_quantile(values, q);
      ASSERT_GE(h.quantile(q), exact) << "q " << q << " of " << size;
      ASSERT_LE(h.quantile(q) - exact, exact / 64) << "q " << q << " of " << size;
      ASSERT_EQ(left.quantile(q), h.quantile(q));
    }
    EXPECT_EQ(h.quantile(1), values.back());
  }
}

TEST(HistogramTest, RecordManyIsManyRecords) {
  Histogram one_by_one;
  Histogram at_once;
  for (int i = 0; i < 1000; ++i) one_by_one.record(12345);
  at_once.record_many(12345, 1000);
  EXPECT_EQ(at_once.count(), one_by_one.count());
  EXPECT_EQ(at_once.quantile(0.5), one_by_one.quantile(0.5));
  EXPECT_DOUBLE_EQ(at_once.mean(), one_by_one.mean());
}

TEST(Histogram, IsSmallAndEmptyAgainOnceCleared) {
  static_assert(sizeof(Histogram) < 64);
  Histogram h;
  h.record_many(1000, 5);
  h.clear();
  EXPECT_EQ(h.count(), 0u);
  EXPECT_EQ(h.max(), 0);
  h.record(7);
  EXPECT_EQ(h.quantile(1), 7);
}

}  // namespace
}  // namespace gophercap
