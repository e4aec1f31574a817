// How a run handles the results of earlier runs: complete files and unfinished ones.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "archive/extract/extractor_for_test.h"
#include "archive/extract/output_file.h"
#include "base/fd.h"
#include "testing/pcap_builder.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::archive {
namespace {

using testing::payload;
using testing::TarBuilder;
using testing::TempDir;

// The right name and time are not sufficient.
TEST(Extractor, ResumeLooksAtTheFramesOfWhatIsPacked) {
  for (const io::Compression compression : {io::Compression::kGzip, io::Compression::kZstd}) {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{70'000}, size_t{1'300'000}}) {
      const TempDir dir;
      TarBuilder tar;
      tar.member({.path = "x", .data = payload(size)}).end();
      const ExtractOptions options{
          .compression = compression, .level = io::kFastLevel, .resume = true};
      extract(tar.bytes(), dir.path("out"), options);
      const std::string path = dir.path(fmt::format("out/x{}", io::suffix_of(compression)));
      const struct stat facts = facts_of(path);
      const Bytes whole = testing::read_file(path);
      const auto resumed = [&](const Bytes& bytes) {
        dir.write(fmt::format("out/x{}", io::suffix_of(compression)), bytes);
        const std::array<timespec, 2> times = {facts.st_mtim, facts.st_mtim};
        EXPECT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
        return extract(tar.bytes(), dir.path("out"), options).counts.resumed == 1;
      };
      EXPECT_TRUE(resumed(whole)) << size;
      for (const size_t cut : {size_t{0}, size_t{1}, whole.size() / 2, whole.size() - 1})
        EXPECT_FALSE(resumed(Bytes(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(cut))));
      Bytes longer = whole;
      longer.push_back(0);
      EXPECT_FALSE(resumed(longer));
      longer = whole;
      longer.insert(longer.end(), whole.begin(), whole.end());
      EXPECT_FALSE(resumed(longer) && size > 0);
      if (compression == io::Compression::kGzip && size > 0) {
        // Without its end mark, the file may not be complete.
        EXPECT_FALSE(resumed(Bytes(whole.begin(), whole.end() - io::kBgzfEnd.size())));
      }
    }
  }
}

TEST(Extractor, ResumeRemovesWhatKilledRunsHaveLeft) {
  const TempDir dir;
  TarBuilder tar;
  tar.member({.path = "d/x", .data = payload(5)}).end();
  for (const char* name : {".x.123-0.part", ".x.pcap.gz.77-12.part", ".x.9-1.part", ".x.part",
                           "x.1-1.part", ".x.1-y.part", ".1-1.part"}) {
    dir.write(fmt::format("out/d/{}", name), std::string_view("half"));
  }
  // Another run that is still writing it.
  const Fd busy(::open(dir.path("out/d/.x.9-1.part").c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(::flock(busy.value(), LOCK_EX | LOCK_NB), 0);
  const Outcome plain = extract(tar.bytes(), dir.path("out"));
  EXPECT_EQ(plain.counts.left_over, 0u);
  const Outcome resumed = extract(tar.bytes(), dir.path("out"), {.resume = true});
  EXPECT_EQ(resumed.counts.left_over, 2u);
  EXPECT_EQ(tree(dir.path("out")), (Names{"d/", "d/.1-1.part", "d/.x.1-y.part", "d/.x.9-1.part",
                                          "d/.x.part", "d/x", "d/x.1-1.part"}));
}

TEST(OutputFile, IsSeenToBeWritten) {
  const TempDir dir;
  const Fd folder(::open(dir.path("").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  auto file = OutputFile::create(folder.value(), "x", "x");
  ASSERT_TRUE(file);
  EXPECT_EQ(io::remove_left_over(folder.value(), {}, {}), 0u);
  EXPECT_TRUE(*file->publish(0644, {}, Existing::kKeep, false));
  EXPECT_EQ(dir.names(), Names{"x"});
}

}  // namespace
}  // namespace gophercap::archive
