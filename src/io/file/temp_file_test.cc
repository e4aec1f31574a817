#include "io/file/temp_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "io/file/atomic_file.h"
#include "testing/temp_dir.h"

namespace gophercap::io {
namespace {

namespace fs = std::filesystem;

class TempFileTest : public ::testing::Test {
 protected:
  Result<TempFile> create(const std::string& name) {
    return TempFile::create(folder_.value(), name, 0644, name);
  }
  void plant(const std::string& name) { std::ofstream(dir_.path() / name) << "half"; }
  bool exists(const std::string& name) const {
    return fs::exists(fs::symlink_status(dir_.path() / name));
  }
  uint64_t remove_left_over_of(const std::string& name) {
    return remove_left_over(folder_.value(), name, {});
  }

  testing::TempDir dir_;
  Fd folder_{::open(dir_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
};

TEST_F(TempFileTest, GoesUnlessItIsReleased) {
  std::string name;
  {
    Result<TempFile> file = create("a");
    ASSERT_TRUE(file) << file.error().what;
    name = file->name();
    EXPECT_TRUE(exists(name));
    const TempFile moved = std::move(*file);
    EXPECT_FALSE(file->valid());
    EXPECT_TRUE(exists(name));
  }
  EXPECT_FALSE(exists(name));
  {
    Result<TempFile> file = create("a");
    ASSERT_TRUE(file);
    name = file->name();
    file->release();
    EXPECT_FALSE(file->valid());
  }
  EXPECT_TRUE(exists(name));
}

TEST_F(TempFileTest, IsNoLeftOverUntilItHasItsName) {
  Result<TempFile> file = create("a");
  ASSERT_TRUE(file);
  EXPECT_EQ(remove_left_over_of("a"), 0u);
  ASSERT_TRUE(file->close("a"));
  EXPECT_EQ(remove_left_over_of("a"), 0u);
  EXPECT_TRUE(exists(file->name()));
  const std::string name = file->name();
  file->release();
  EXPECT_EQ(remove_left_over_of("a"), 1u);
  EXPECT_FALSE(exists(name));
}

TEST_F(TempFileTest, OnlyLeftOversOfTheNameAreRemoved) {
  const std::string others[] = {".b.12-3.part",  ".a.b.12-3.part", ".a.12-3.part.x", ".a.12.part",
                                "a.12-3.part",   ".a.x-3.part",    ".a.12-.part",    ".12-3.part",
                                ".aa.12-3.part", ".a..12-3.part"};
  for (const std::string& name : others) plant(name);
  fs::create_directory(dir_.path() / ".a.1-1.part");
  plant("target");
  fs::create_symlink(dir_.path() / "target", dir_.path() / ".a.1-2.part");
  for (const char* name : {".a.12-3.part", ".a.4294967295-0.part"}) plant(name);
  EXPECT_EQ(remove_left_over_of("a"), 2u);
  for (const std::string& name : others) EXPECT_TRUE(exists(name)) << name;
  for (const char* name : {".a.1-1.part", ".a.1-2.part", "target"}) EXPECT_TRUE(exists(name));
  EXPECT_EQ(remove_left_over_of({}), 4u);  // b, a.b, aa, "a."
}

TEST_F(TempFileTest, OneOfAnotherUserStays) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  plant(".a.1-1.part");
  ASSERT_EQ(::chown((dir_.path() / ".a.1-1.part").c_str(), 12345, 12345), 0);
  EXPECT_EQ(remove_left_over_of("a"), 0u);
  EXPECT_TRUE(exists(".a.1-1.part"));
}

TEST_F(TempFileTest, LongNamesAreCut) {
  const std::string name(NAME_MAX, 'n');
  {
    Result<TempFile> file = create(name);
    ASSERT_TRUE(file) << file.error().what;
    file->release();
  }
  EXPECT_EQ(remove_left_over_of(name), 1u);
  const Result<TempFile> too_long = create(name + 'n');
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().sys, ENAMETOOLONG);
}

// Leftovers of kill -9: a dump, a report, an index or a recording.
TEST_F(TempFileTest, AtomicFileRemovesLeftOversOfItsName) {
  plant(".dump.json.1-1.part");
  plant(".other.json.1-1.part");
  Result<AtomicFile> first = AtomicFile::create(dir_.path() / "dump.json", Sync::kNo);
  ASSERT_TRUE(first);
  EXPECT_FALSE(exists(".dump.json.1-1.part"));
  EXPECT_TRUE(exists(".other.json.1-1.part"));
  ASSERT_TRUE(AtomicFile::create(dir_.path() / "dump.json", Sync::kNo));
  ASSERT_TRUE(first->commit()) << "the second has taken the file of the first for a left-over";
}

TEST_F(TempFileTest, RemoveUnfinishedRemovesAllThatAreNotReleased) {
  const auto end = [&] {
    Result<TempFile> gone = create("gone");
    { const Result<TempFile> discarded = create("discarded"); }
    Result<TempFile> first = create("first");
    Result<TempFile> second = create("second");
    Result<TempFile> kept = create("kept");
    gone->discard();
    kept->release();
    remove_unfinished();
    const Result<TempFile> late = create("late");
    const bool refused = !late && late.error().sys == ECANCELED;
    ::_exit(refused ? 0 : 1);
  };
  EXPECT_EXIT(end(), ::testing::ExitedWithCode(0), "");
  size_t left = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir_.path())) {
    EXPECT_TRUE(entry.path().filename().string().starts_with(".kept.")) << entry.path();
    ++left;
  }
  EXPECT_EQ(left, 1u);
}

}  // namespace
}  // namespace gophercap::io
