#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "dataset/scan/file_summary.h"

namespace gophercap::dataset {
namespace {

DatasetSummary set_of(const std::vector<std::pair<int64_t, int64_t>>& spans) {
  DatasetSummary set;
  for (const auto& [min, max] : spans) {
    FileSummary file;
    file.packets = 2;
    file.first = file.min = capture_time(min);
    file.last = file.max = capture_time(max);
    set.files.push_back(file);
  }
  summarize(set);
  return set;
}

TEST(SummarizeTest, EmptySet) {
  DatasetSummary set;
  set.beginning = set.end = capture_time(5);
  set.overlap_depth = 7;
  summarize(set);
  EXPECT_FALSE(set.beginning);
  EXPECT_FALSE(set.end);
  EXPECT_EQ(set.overlap_depth, 0u);
  EXPECT_EQ(set.packets(), 0u);
}

TEST(SummarizeTest, SpansFromSmallestToLargest) {
  const DatasetSummary set = set_of({{30, 40}, {10, 20}, {15, 90}, {50, 60}});
  EXPECT_EQ(set.beginning, capture_time(10));
  EXPECT_EQ(set.end, capture_time(90));
  EXPECT_EQ(set.overlap_depth, 2u);
}

TEST(SummarizeTest, TouchingFilesOverlap) {
  EXPECT_EQ(set_of({{10, 20}, {20, 30}}).overlap_depth, 2u);
  EXPECT_EQ(set_of({{10, 20}, {21, 30}}).overlap_depth, 1u);
  EXPECT_EQ(set_of({{20, 20}, {20, 20}, {20, 20}}).overlap_depth, 3u);
}

TEST(SummarizeTest, FilesWithoutTimesCountNowhere) {
  DatasetSummary set = set_of({{-5, 5}});
  FileSummary untimed;
  untimed.packets = 3;
  untimed.packets_without_time = 3;
  untimed.captured_bytes = 300;
  untimed.damage = capture::Damage{};
  set.files.push_back(untimed);
  set.files.push_back({});
  summarize(set);
  EXPECT_EQ(set.beginning, capture_time(-5));
  EXPECT_EQ(set.end, capture_time(5));
  EXPECT_EQ(set.overlap_depth, 1u);
  EXPECT_EQ(set.packets(), 5u);
  EXPECT_EQ(set.captured_bytes(), 300u);
  EXPECT_EQ(set.damaged_files(), 1u);
}

// Compares with counting at every point.
TEST(SummarizeTest, DepthOfRandomSets) {
  std::mt19937 random(11);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::pair<int64_t, int64_t>> spans(random() % 30);
    for (auto& [min, max] : spans) {
      min = static_cast<int64_t>(random() % 40);
      max = min + static_cast<int64_t>(random() % 10);
    }
    int64_t deepest = 0;
    for (int64_t t = 0; t < 60; ++t) {
      deepest = std::max<int64_t>(deepest, std::count_if(spans.begin(), spans.end(), [&](auto s) {
                                    return s.first <= t && t <= s.second;
                                  }));
    }
    ASSERT_EQ(set_of(spans).overlap_depth, static_cast<uint64_t>(deepest));
  }
}

}  // namespace
}  // namespace gophercap::dataset
