#include "archive/extract/output_guard.h"

#include <gtest/gtest.h>

#include "archive/extract/extractor_for_test.h"
#include "testing/pcap_builder.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::archive {
namespace {

using testing::payload;
using testing::TarBuilder;
using testing::TempDir;

TEST(OutputGuard, CountsARatioFromAGibibyteOn) {
  uint64_t read = 1000;
  OutputGuard guard(
      {}, [&] { return read; }, "out");
  EXPECT_TRUE(guard.plain(kRatioCounts));
  read = kRatioCounts / 999;
  EXPECT_TRUE(guard.plain(1));
  read = kRatioCounts / 1001;
  const Result<> struck = guard.plain(1);
  ASSERT_FALSE(struck);
  EXPECT_NE(struck.error().what.find("--max-ratio"), std::string::npos);
  OutputGuard lifted(
      {.most_ratio = 0}, [] { return uint64_t{0}; }, "out");
  EXPECT_TRUE(lifted.plain(UINT64_MAX));
  EXPECT_TRUE(lifted.plain(UINT64_MAX));
}

TEST(OutputGuard, CountsWhatIsWritten) {
  OutputGuard guard(
      {.most_bytes = 100}, [] { return uint64_t{1}; }, "out");
  EXPECT_TRUE(guard.written(60));
  EXPECT_TRUE(guard.written(40));
  const Result<> struck = guard.written(1);
  ASSERT_FALSE(struck);
  EXPECT_EQ(struck.error().code, Errc::kNoSpace);
  EXPECT_NE(struck.error().what.find("--max-output"), std::string::npos);
}

// A hole of a tebibyte in a few bytes.
TarBuilder hole_tar() {
  TarBuilder tar;
  tar.member({.path = "before.pcap", .data = payload(3000)})
      .pax({{"GNU.sparse.map", "0,512"},
            {"GNU.sparse.numblocks", "1"},
            {"GNU.sparse.size", std::to_string(uint64_t{1} << 40)},
            {"GNU.sparse.name", "hole.pcap"}})
      .member({.path = "hole.pcap", .data = payload(512)})
      .end();
  return tar;
}

TEST(Extractor, AHoleIsNoBombUnlessItIsCompressed) {
  const TempDir dir;
  const Outcome sparse = extract(hole_tar().bytes(), dir.path("sparse"));
  if (sparse.refused.contains("hole.pcap")) GTEST_SKIP() << "no file of a tebibyte here";
  EXPECT_FALSE(sparse.error);
  EXPECT_EQ(sparse.counts.written_bytes, 3512u);
  for (const io::Compression compression : {io::Compression::kGzip, io::Compression::kZstd}) {
    const std::string out = dir.path(std::string("out") + std::string(io::suffix_of(compression)));
    const Outcome packed =
        extract(hole_tar().bytes(), out, {.compression = compression, .level = io::kFastLevel});
    ASSERT_TRUE(packed.error);
    EXPECT_NE(packed.error->what.find("--max-ratio"), std::string::npos);
    EXPECT_EQ(tree(out), Names{"before.pcap" + std::string(io::suffix_of(compression))});
  }
}

TEST(Extractor, WritesNoMoreThanItMay) {
  for (const io::Compression compression : {io::Compression::kNone, io::Compression::kGzip}) {
    const TempDir dir;
    TarBuilder tar;
    tar.member({.path = "a", .data = payload(400'000)})
        .member({.path = "b", .data = payload(400'000)})
        .member({.path = "c", .data = payload(400'000)})
        .end();
    const Outcome all = extract(tar.bytes(), dir.path("all"), {.compression = compression});
    const uint64_t written = all.counts.written_bytes;
    ExtractOptions options{.compression = compression};
    options.limits.most_bytes = written;
    EXPECT_FALSE(extract(tar.bytes(), dir.path("enough"), options).error);
    options.limits.most_bytes = written - 1;
    const Outcome some = extract(tar.bytes(), dir.path("some"), options);
    ASSERT_TRUE(some.error);
    EXPECT_NE(some.error->what.find("--max-output"), std::string::npos);
    EXPECT_EQ(tree(dir.path("some")).size(), 2u);
  }
}

}  // namespace
}  // namespace gophercap::archive
