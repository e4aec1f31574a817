#include "archive/tar/member_names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "archive/extract/extractor_for_test.h"
#include "testing/pcap_builder.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::archive {
namespace {

std::string add(MemberNames& names, std::string_view path) {
  std::vector<std::string_view> parts;
  EXPECT_FALSE(split_path(path, parts));
  std::string got;
  const auto refusal = names.add(parts, got);
  return refusal ? std::string(word_of(*refusal)) : got;
}

TEST(MemberNames, AFileAndAFolderOfOneName) {
  MemberNames names;
  EXPECT_EQ(add(names, "day.pcap"), "day.pcap");
  EXPECT_EQ(add(names, "day.pcap/a.pcap"), "day.2.pcap/a.pcap");
  EXPECT_EQ(add(names, "day.pcap"), "day.3.pcap");
  EXPECT_EQ(add(names, "x/y"), "x/y");
  EXPECT_EQ(add(names, "x"), "x.2");
  EXPECT_EQ(add(names, "x"), "x.3");
  EXPECT_EQ(add(names, ""), "bad_name");
  EXPECT_TRUE(may_be_numbered("day.2.pcap/a.pcap", "day.pcap/a.pcap"));
  EXPECT_FALSE(may_be_numbered("day.2.pcap/b.pcap", "day.pcap/a.pcap"));
  EXPECT_FALSE(may_be_numbered("day.2.pcap", "day.pcap/a.pcap"));
}

// Mapped members have the names they are extracted to.
TEST(MemberNames, AreThoseOfExtraction) {
  std::mt19937 random(7);
  const std::vector<std::string> parts = {"a", "a.2", "a.3", "b.pcap", "b.2.pcap"};
  for (int round = 0; round < 40; ++round) {
    testing::TarBuilder tar;
    MemberNames names;
    std::vector<std::string> expected;
    for (int i = 0; i < 15; ++i) {
      std::string path = parts[random() % parts.size()];
      while (random() % 2 == 0) path += "/" + parts[random() % parts.size()];
      if (random() % 5 == 0) {
        std::vector<std::string_view> folder;
        static_cast<void>(split_path(path, folder));
        static_cast<void>(names.add_folder(folder));
        tar.member({.path = path + "/", .type = '5'});
      } else {
        expected.push_back(add(names, path));
        tar.member({.path = path, .data = testing::payload(3)});
      }
    }
    tar.end();
    const testing::TempDir dir;
    const Outcome outcome = extract(tar.bytes(), dir.path("out"));
    ASSERT_EQ(outcome.counts.refused_total(), 0u);
    std::vector<std::string> files;
    for (const std::string& path : tree(dir.path("out"))) {
      if (!path.ends_with('/')) files.push_back(path);
    }
    std::ranges::sort(files);
    std::ranges::sort(expected);
    EXPECT_EQ(files, expected);
  }
}

}  // namespace
}  // namespace gophercap::archive
