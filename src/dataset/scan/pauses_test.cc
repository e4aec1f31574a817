#include "dataset/scan/pauses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace gophercap::dataset {
namespace {

BusyTime busy_time(int64_t from, int64_t to, size_t file) {
  return {capture_time(from), capture_time(to), file};
}

TEST(Pauses, AreBetweenWhatIsBusy) {
  const Pauses pauses =
      find_pauses({busy_time(0, 10, 0), busy_time(100, 110, 1), busy_time(5, 40, 2)}, Nanos(0), 9);
  ASSERT_EQ(pauses.count, 1u);
  EXPECT_EQ(pauses.longest[0].from, capture_time(40));
  EXPECT_EQ(pauses.longest[0].to, capture_time(100));
  EXPECT_EQ(pauses.longest[0].before, 2u);
  EXPECT_EQ(pauses.longest[0].after, 1u);
  EXPECT_EQ(pauses.sum, Nanos(60));
  EXPECT_EQ(find_pauses({}, Nanos(0), 9).count, 0u);
}

TEST(Pauses, TheLongestComeFirstAndAllAreCounted) {
  std::vector<BusyTime> busy;
  for (int64_t i = 0; i < 10; ++i)
    busy.push_back(busy_time(i * i * 10, i * i * 10 + 1, static_cast<size_t>(i)));
  const Pauses pauses = find_pauses(busy, Nanos(9), 2);
  EXPECT_EQ(pauses.count, 8u);
  ASSERT_EQ(pauses.longest.size(), 2u);
  EXPECT_EQ(pauses.longest[0].length(), Nanos(169));
  EXPECT_EQ(pauses.longest[1].length(), Nanos(149));
}

TEST(Pauses, AFilesGapCountsWhereNothingElseIsBusy) {
  std::vector<BusyTime> busy;
  add_busy_times(busy, busy_time(0, 1000, 0), capture_time(100), Nanos(800));
  EXPECT_EQ(find_pauses(busy, Nanos(0), 9).sum, Nanos(800));
  add_busy_times(busy, busy_time(300, 310, 1), capture_time(0), Nanos(0));
  const Pauses pauses = find_pauses(busy, Nanos(0), 9);
  EXPECT_EQ(pauses.count, 2u);
  EXPECT_EQ(pauses.sum, Nanos(790));
}

TEST(Pauses, AGapThatCantBeIsNotBelieved) {
  for (const auto& [from, gap] : {std::pair<int64_t, int64_t>{-5, 10},
                                  {100, 901},
                                  {1000, 1},
                                  {100, -7},
                                  {0, INT64_MAX},
                                  {INT64_MAX, INT64_MAX}}) {
    std::vector<BusyTime> busy;
    add_busy_times(busy, busy_time(0, 1000, 0), capture_time(from), Nanos(gap));
    EXPECT_EQ(find_pauses(busy, Nanos(0), 9).count, 0u) << from;
  }
  EXPECT_EQ(find_pauses({busy_time(INT64_MIN, INT64_MIN, 0), busy_time(INT64_MAX, INT64_MAX, 1)},
                        Nanos(0), 9)
                .sum,
            Nanos::max());
}

// Compares with a simple model in which an instant is busy or not.
TEST(Pauses, OfRandomSets) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<BusyTime> busy;
    std::set<int64_t> quiet;  // n: nothing between n and n + 1
    for (int64_t i = 0; i < 60; ++i) quiet.insert(i);
    int64_t first = 60;
    int64_t last = 0;
    for (size_t f = 0; f < 1 + random() % 6; ++f) {
      const auto from = static_cast<int64_t>(random() % 60);
      const int64_t to = std::min<int64_t>(60, from + static_cast<int64_t>(random() % 12));
      first = std::min(first, from);
      last = std::max(last, to);
      for (int64_t i = from; i < to; ++i) quiet.erase(i);
      busy.push_back(busy_time(from, to, f));
    }
    const auto inside = std::count_if(quiet.begin(), quiet.end(),
                                      [&](int64_t i) { return i >= first && i < last; });
    // A packet inside a pause splits it, so only the sum is the same.
    ASSERT_EQ(find_pauses(busy, Nanos(0), 99).sum, Nanos(inside));
  }
}

}  // namespace
}  // namespace gophercap::dataset
