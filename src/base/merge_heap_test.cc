#include "base/merge_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <tuple>
#include <vector>

namespace gophercap {
namespace {

using Entry = MergeHeap::Entry;

bool before(const Entry& a, const Entry& b) {
  return std::tie(a.key_ns, a.ordinal, a.slot) < std::tie(b.key_ns, b.ordinal, b.slot);
}

TEST(MergeHeap, KeyThenOrdinalThenSlot) {
  const std::vector<Entry> sorted = {{INT64_MIN, 9, 9}, {-1, 0, 0}, {0, 0, 7},
                                     {0, 1, 3},         {0, 1, 4},  {INT64_MAX, 0, 0}};
  for (size_t i = 0; i < sorted.size(); ++i) {
    for (size_t j = 0; j < sorted.size(); ++j) EXPECT_EQ(sorted[i] < sorted[j], i < j);
  }
}

// Compares each step with a sorted list of the expected contents.
TEST(MergeHeap, AgreesWithASortedList) {
  std::mt19937 random(7);
  MergeHeap heap;
  std::vector<Entry> list;
  for (int step = 0; step < 5000; ++step) {
    const auto key = static_cast<int64_t>(random() % 100) - 50;
    const auto kind = random() % (list.size() < 200 ? 3 : 2);
    if (list.empty() || kind == 2) {
      const Entry entry{key, static_cast<uint32_t>(random() % 5), static_cast<uint32_t>(step)};
      heap.push(entry);
      list.push_back(entry);
    } else if (kind == 1) {
      heap.replace_top(key);
      list.front().key_ns = key;
    } else {
      heap.pop();
      list.erase(list.begin());
    }
    std::sort(list.begin(), list.end(), before);
    ASSERT_EQ(heap.size(), list.size());
    ASSERT_EQ(heap.empty(), list.empty());
    if (list.empty()) continue;
    ASSERT_EQ(heap.top_key(), list.front().key_ns);
    ASSERT_EQ(heap.top().ordinal, list.front().ordinal);
    ASSERT_EQ(heap.top().slot, list.front().slot);
  }
}

}  // namespace
}  // namespace gophercap
