#include "archive/tar/member_path.h"

#include <gtest/gtest.h>

#include "archive/extract/path_set.h"

namespace gophercap::archive {
namespace {

std::string split(std::string_view path) {
  std::vector<std::string_view> parts;
  const std::optional<Refusal> refusal = split_path(path, parts);
  return refusal ? std::string(word_of(*refusal)) : join_parts(parts, '|');
}

TEST(MemberPath, Parts) {
  EXPECT_EQ(split("a/b.pcap"), "a|b.pcap");
  EXPECT_EQ(split("./a//b/./c/"), "a|b|c");
  EXPECT_EQ(split(""), "");
  EXPECT_EQ(split("./"), "");
  EXPECT_EQ(split("..a/b..c/..."), "..a|b..c|...");
  EXPECT_EQ(split("/etc/passwd"), "etc|passwd");
  EXPECT_EQ(split("//x"), "x");
  EXPECT_EQ(split("../x"), "leads_up");
  EXPECT_EQ(split("a/../../x"), "leads_up");
  EXPECT_EQ(split("a/.."), "leads_up");
}

TEST(MemberPath, LengthAndDepthHaveLimits) {
  std::string path;
  for (size_t i = 0; i < kMostLevels; ++i) path += "d/";
  EXPECT_EQ(split(path).size(), 2 * kMostLevels - 1);
  EXPECT_EQ(split(path + "x"), "too_deep");
  EXPECT_EQ(split(std::string(kLongestPath, 'x')).size(), kLongestPath);
  EXPECT_EQ(split(std::string(kLongestPath + 1, 'x')), "path_too_long");
}

TEST(MemberPath, LinksStayInside) {
  EXPECT_TRUE(stays_inside("x", 0));
  EXPECT_TRUE(stays_inside("./a/b", 0));
  EXPECT_TRUE(stays_inside("../x", 1));
  EXPECT_TRUE(stays_inside("../.././x", 2));
  EXPECT_FALSE(stays_inside("", 3));
  EXPECT_FALSE(stays_inside("/x", 3));
  EXPECT_FALSE(stays_inside("..", 0));
  EXPECT_FALSE(stays_inside("../../x", 1));
  EXPECT_FALSE(stays_inside("a/../x", 5)) << "a may be a link to somewhere else";
}

TEST(MemberPath, Numbers) {
  EXPECT_EQ(numbered_name("x.pcap", 2), "x.2.pcap");
  EXPECT_EQ(numbered_name("x.pcap.gz", 3), "x.3.pcap.gz");
  EXPECT_EQ(numbered_name("x.2020.pcap", 2), "x.2020.2.pcap");
  EXPECT_EQ(numbered_name("x", 2), "x.2");
  EXPECT_EQ(numbered_name(".hidden", 2), ".hidden.2");
  EXPECT_EQ(numbered_name("x.gz", 2), "x.2.gz");
  EXPECT_EQ(numbered_name("", 2), ".2");
}

TEST(MemberPath, EveryRefusalHasItsWords) {
  for (size_t i = 0; i < kRefusals; ++i) {
    EXPECT_FALSE(word_of(static_cast<Refusal>(i)).empty());
    EXPECT_FALSE(reason_of(static_cast<Refusal>(i)).empty());
  }
}

TEST(PathSet, HoldsWhatWasPutIn) {
  PathSet set;
  EXPECT_FALSE(set.contains("a"));
  for (int i = 0; i < 100'000; ++i) set.insert("dir/" + std::to_string(i));
  set.insert("dir/7");
  EXPECT_EQ(set.size(), 100'000u);
  for (int i = 0; i < 100'000; ++i) EXPECT_TRUE(set.contains("dir/" + std::to_string(i)));
  for (int i = 100'000; i < 200'000; ++i) EXPECT_FALSE(set.contains("dir/" + std::to_string(i)));
}

}  // namespace
}  // namespace gophercap::archive
