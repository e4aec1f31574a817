#include "dataset/dump/relocate.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "testing/temp_dir.h"

namespace gophercap::dataset {
namespace {

DatasetSummary set_of(const std::vector<std::pair<std::string, uint64_t>>& files) {
  DatasetSummary set;
  for (const auto& [path, size] : files) {
    FileSummary& file = set.files.emplace_back();
    file.path = path;
    file.file_size_bytes = size;
  }
  return set;
}

TEST(Relocate, PrefixesChangeAtComponentsOnly) {
  const testing::TempDir dir;
  DatasetSummary set = set_of({{"/old/a", 1}, {"/older/b", 1}, {"/old", 1}, {"/x/old/c", 1}});
  const std::vector<PrefixChange> changes = {*parse_prefix_change("/old=/new")};
  const Relocation result = relocate(set, changes, dir.path("dump"), true);
  EXPECT_EQ(result.renamed, 2u);
  EXPECT_EQ(set.files[0].path, "/new/a");
  EXPECT_EQ(set.files[1].path, "/older/b");
  EXPECT_EQ(set.files[2].path, "/new");
  EXPECT_EQ(set.files[3].path, "/x/old/c");
}

TEST(Relocate, TheFirstPrefixThatFitsCountsAndItMayBeTakenOffWhole) {
  const testing::TempDir dir;
  DatasetSummary set = set_of({{"/a/b/c", 1}, {"/a/d", 1}, {"/e//f", 1}});
  const std::vector<PrefixChange> changes = {
      *parse_prefix_change("/a/b=/1"), *parse_prefix_change("/a=/2"), *parse_prefix_change("/e/=")};
  relocate(set, changes, dir.path("dump"), true);
  EXPECT_EQ(set.files[0].path, "/1/c");
  EXPECT_EQ(set.files[1].path, "/2/d");
  EXPECT_EQ(set.files[2].path, "/f");
  const std::vector<PrefixChange> off = {*parse_prefix_change("/1=")};
  relocate(set, off, dir.path("dump"), true);
  EXPECT_EQ(set.files[0].path, "c");
}

TEST(Relocate, OldEqualsNewIsWhatItTakes) {
  EXPECT_FALSE(parse_prefix_change("nothing"));
  EXPECT_FALSE(parse_prefix_change("=new"));
  EXPECT_FALSE(parse_prefix_change(""));
  EXPECT_EQ(parse_prefix_change("a=b=c")->to, "b=c");
}

TEST(Relocate, FindsMissingFilesBesideTheDumpByTheLongestEndOfTheirPath) {
  const testing::TempDir dir;
  dir.write("day1/a.pcap", "one");
  dir.write("a.pcap", "two");
  dir.write("b.pcap", "three");
  DatasetSummary set = set_of({{"/mnt/gone/day1/a.pcap", 3},
                               {"/mnt/gone/day2/a.pcap", 3},
                               {"/mnt/gone/b.pcap", 5},
                               {"/mnt/gone/c.pcap", 1}});
  const Relocation result = relocate(set, {}, dir.path("dump.json"), true);
  EXPECT_EQ(result.found_beside, 3u);
  EXPECT_EQ(set.files[0].path, dir.path("day1/a.pcap"));
  EXPECT_EQ(set.files[1].path, dir.path("a.pcap"));
  EXPECT_EQ(set.files[2].path, dir.path("b.pcap"));
  EXPECT_EQ(set.files[3].path, "/mnt/gone/c.pcap");
}

TEST(Relocate, AnotherSizeIsAnotherFileUnlessNoneWasRecorded) {
  const testing::TempDir dir;
  dir.write("a.pcap", "one");
  DatasetSummary set = set_of({{"/gone/a.pcap", 4}});
  EXPECT_EQ(relocate(set, {}, dir.path("dump.json"), true).found_beside, 0u);
  EXPECT_EQ(relocate(set, {}, dir.path("dump.json"), false).found_beside, 1u);
}

TEST(Relocate, NoTwoEntriesBecomeOneFile) {
  const testing::TempDir dir;
  const std::string there = dir.write("a.pcap", "one");
  DatasetSummary set = set_of({{"/gone/1/a.pcap", 3}, {"/gone/2/a.pcap", 3}});
  EXPECT_EQ(relocate(set, {}, dir.path("dump.json"), true).found_beside, 1u);
  set = set_of({{there, 3}, {"/gone/2/a.pcap", 3}});
  EXPECT_EQ(relocate(set, {}, dir.path("dump.json"), true).found_beside, 0u);
}

TEST(Relocate, WhatExistsStaysWhereItIs) {
  const testing::TempDir dir;
  const testing::TempDir other;
  dir.write("a.pcap", "one");
  const std::string there = other.write("a.pcap", "one");
  DatasetSummary set = set_of({{there, 3}});
  relocate(set, {}, dir.path("dump.json"), true);
  EXPECT_EQ(set.files[0].path, there);
}

}  // namespace
}  // namespace gophercap::dataset
