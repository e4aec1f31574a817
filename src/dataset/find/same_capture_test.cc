#include "dataset/find/same_capture.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace gophercap::dataset {
namespace {

FileSummary file(const std::string& path, uint64_t packets = 5, int64_t first_ns = 100) {
  FileSummary summary;
  summary.path = path;
  summary.packets = packets;
  summary.captured_bytes = packets * 60;
  summary.first = summary.min = capture_time(first_ns);
  summary.last = summary.max = capture_time(first_ns + 10);
  return summary;
}

TEST(SameCapture, NamesDifferByTheCompressionOnly) {
  DatasetSummary set;
  set.files = {file("d/a.pcap"),      file("d/a.pcap-2"),      file("d/a.pcap.gz"),
               file("d/a.pcap.zst"),  file("d/b.pcap.gz"),     file("e/a.pcap"),
               file("t.tar!/x.pcap"), file("t.tar!/x.pcap.XZ")};
  const auto same = captures_under_two_names(set);
  ASSERT_EQ(same.size(), 3u);
  EXPECT_EQ(same[0].first->path, "d/a.pcap");
  EXPECT_EQ(same[0].second->path, "d/a.pcap.gz");
  EXPECT_EQ(same[1].second->path, "d/a.pcap.zst");
  EXPECT_EQ(same[2].second->path, "t.tar!/x.pcap.XZ");
}

TEST(SameCapture, OthersOfThatNameAreNot) {
  DatasetSummary set;
  set.files = {file("a.pcap"),    file("a.pcap.gz", 6), file("b.pcap"), file("b.pcap.gz", 5, 101),
               file("c.pcap", 0), file("c.pcap.gz", 0)};
  EXPECT_TRUE(captures_under_two_names(set).empty());
}

}  // namespace
}  // namespace gophercap::dataset
