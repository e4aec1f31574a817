#include "base/bounded_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace gophercap {
namespace {

struct Sum {
  uint64_t hash = 0;
  uint64_t sum = 0;
  void merge(const Sum& other) { sum += other.sum; }
};

TEST(BoundedTable, MergesEntriesAndForgetsThoseNotToKeep) {
  BoundedTable<Sum> table(100);
  EXPECT_EQ(table.find(1), nullptr);
  for (uint64_t i = 1; i <= 90; ++i) {
    table.add({i, i});
    table.add({i, 1});
  }
  EXPECT_TRUE(table.complete());
  EXPECT_EQ(table.size(), 90U);
  EXPECT_EQ(table.find(90)->sum, 91U);
  table.keep_if([](const Sum& entry) { return entry.hash % 2 == 0; });
  EXPECT_EQ(table.size(), 45U);
  EXPECT_EQ(table.find(90)->sum, 91U);
  EXPECT_EQ(table.find(89), nullptr);
}

// In any order, and by any number of tables.
TEST(BoundedTable, OfTooManyTheSameOnesRemain) {
  std::mt19937_64 random(1);
  std::vector<uint64_t> hashes(900);
  for (uint64_t& hash : hashes) hash = std::max<uint64_t>(random(), 1);
  std::vector<std::vector<uint64_t>> kept;
  for (const size_t tables : {1U, 2U, 7U}) {
    std::shuffle(hashes.begin(), hashes.end(), random);
    std::vector<BoundedTable<Sum>> parts(tables, BoundedTable<Sum>(100));
    for (size_t i = 0; i < 2 * hashes.size(); ++i)
      parts[i % tables].add({hashes[i % hashes.size()], 1});
    BoundedTable<Sum> sum(100);
    for (const auto& part : parts) sum.merge(part);
    EXPECT_FALSE(sum.complete());
    EXPECT_GT(sum.size(), 40U);
    EXPECT_LE(sum.size(), 100U);
    std::vector<uint64_t>& all = kept.emplace_back();
    sum.for_each([&](const Sum& entry) {
      all.push_back(entry.hash);
      EXPECT_EQ(entry.sum, 2U);
    });
    std::ranges::sort(all);
  }
  EXPECT_EQ(kept[0], kept[1]);
  EXPECT_EQ(kept[0], kept[2]);
}

}  // namespace
}  // namespace gophercap
