#include "io/file/path_walk.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>

#include "io/file/atomic_file.h"
#include "io/file/open_file.h"
#include "testing/temp_dir.h"

namespace gophercap::io {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

constexpr uid_t kNeighbour = 65534;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

Result<> write_file(const fs::path& path) {
  TRY(AtomicFile file, AtomicFile::create(path, Sync::kNo));
  TRY_VOID(file.write("new"));
  return file.commit();
}

void give_away(const fs::path& path) {
  ASSERT_EQ(::lchown(path.c_str(), kNeighbour, kNeighbour), 0);
}

TEST(PathWalk, EndsWhereTheKernelDoes) {
  const TempDir dir;
  fs::create_directories(dir.path() / "a/b");
  put(dir.path() / "a/b/f", "x");
  fs::create_symlink("../a/./b", dir.path() / "a/link");
  fs::create_symlink(dir.path() / "a/link/f", dir.path() / "file");
  struct stat expected {};
  ASSERT_EQ(::stat((dir.path() / "a/b/f").c_str(), &expected), 0);
  for (const char* path : {"a/b/f", "a//b/../b/./f", "a/link/f", "file", "a/link/../b/f"}) {
    const Result<WalkEnd> end = walk(dir.path() / path, Purpose::kWrite);
    ASSERT_TRUE(end) << end.error().what;
    ASSERT_TRUE(end->facts) << path;
    EXPECT_EQ(end->facts->st_ino, expected.st_ino) << path;
    EXPECT_EQ(end->name, "f");
  }
  for (const char* path : {"a/b/", "a/b/.", "a/b/..", "a/link/"}) {
    const Result<WalkEnd> end = walk(dir.path() / path, Purpose::kWrite);
    ASSERT_TRUE(end && end->facts) << path;
    EXPECT_TRUE(S_ISDIR(end->facts->st_mode)) << path;
  }
  const Result<WalkEnd> later = walk(dir.path() / "a/link/later", Purpose::kWrite);
  ASSERT_TRUE(later);
  EXPECT_FALSE(later->facts);
  for (const auto& [path, sys] :
       {std::pair("a/no/f", ENOENT), {"a/b/f/x", ENOTDIR}, {"a/b/f/", ENOTDIR}}) {
    const Result<WalkEnd> end = walk(dir.path() / path, Purpose::kWrite);
    ASSERT_FALSE(end) << path;
    EXPECT_EQ(end.error().sys, sys) << path;
    EXPECT_TRUE(end.error().what.starts_with(dir.path().string() + "/" + path + ": "));
  }
  EXPECT_EQ(walk("", Purpose::kRead).error().sys, ENOENT);
}

TEST(PathWalk, WhatHasNoPathIsLeftToTheKernel) {
  int fds[2];
  ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
  const Fd read_end(fds[0]);
  const Fd write_end(fds[1]);
  const fs::path path = "/proc/self/fd/" + std::to_string(write_end.value());
  ASSERT_TRUE(write_file(path));
  std::string text(3, '\0');
  EXPECT_EQ(::read(read_end.value(), text.data(), text.size()), 3);
  EXPECT_EQ(text, "new");
  EXPECT_TRUE(open_file("/proc/self/fd/" + std::to_string(read_end.value()), Owners::kTrusted));
}

TEST(PathWalk, FoldersAreMade) {
  const TempDir dir;
  ASSERT_TRUE(make_folder(dir.path() / "x/y/"));
  ASSERT_TRUE(make_folder(dir.path() / "x/y/z"));
  EXPECT_TRUE(fs::is_directory(dir.path() / "x/y/z"));
  put(dir.path() / "f", "x");
  EXPECT_EQ(make_folder(dir.path() / "f").error().sys, ENOTDIR);
  EXPECT_EQ(make_folder(dir.path() / "f/g").error().sys, ENOTDIR);
}

// The following tests act as two users.
class Neighbours : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can play two users";
    ::unsetenv("SUDO_UID");
    ASSERT_EQ(::chmod(shared_.c_str(), 01777), 0);
    put(ours_.path() / "victim", "old");
  }
  void TearDown() override { ::unsetenv("SUDO_UID"); }

  fs::path victim() const { return ours_.path() / "victim"; }
  fs::path plant_link(const std::string& name, const fs::path& target) {
    fs::create_symlink(target, shared_ / name);
    give_away(shared_ / name);
    return shared_ / name;
  }

  TempDir dir_;
  TempDir ours_;
  const fs::path shared_ = dir_.path();
};

TEST_F(Neighbours, NothingIsWrittenThroughTheirLinks) {
  const fs::path file = plant_link("dump.json", victim());
  const fs::path folder = plant_link("folder", ours_.path());
  // Wherever it is, and also behind links of ours.
  fs::create_symlink(file, ours_.path() / "to_theirs");
  fs::create_symlink(victim(), ours_.path() / "given");
  give_away(ours_.path() / "given");
  for (const fs::path& path : {file, folder / "victim", folder / "later",
                               ours_.path() / "to_theirs", ours_.path() / "given"}) {
    const Result<> written = write_file(path);
    ASSERT_FALSE(written) << path;
    EXPECT_EQ(written.error().code, Errc::kPermission) << written.error().what;
    EXPECT_NE(written.error().what.find("belongs to another user (uid 65534)"), std::string::npos);
  }
  EXPECT_FALSE(make_folder(folder / "made"));
  EXPECT_EQ(content(victim()), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(ours_.path()), {}), 3);
  fs::create_symlink(victim(), shared_ / "ours");
  EXPECT_TRUE(write_file(shared_ / "ours"));
  EXPECT_EQ(content(victim()), "new");
}

TEST_F(Neighbours, WhoCalledSudoIsNoStranger) {
  const fs::path link = plant_link("dump.json", victim());
  for (const char* uid : {"65533", "", "65534x", "-1", "4294967295", "99999999999"}) {
    ::setenv("SUDO_UID", uid, 1);
    EXPECT_FALSE(write_file(link)) << uid;
  }
  ::setenv("SUDO_UID", "65534", 1);
  EXPECT_TRUE(write_file(link));
}

TEST_F(Neighbours, AFileOfTheirsIsReplacedNotTakenOver) {
  const fs::path path = shared_ / "dump.json";
  put(path, "theirs");
  give_away(path);
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  const Fd theirs(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_TRUE(write_file(path));
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_uid, 0U);
  EXPECT_EQ(facts.st_mode & 07777, mode_t{0644});
  EXPECT_EQ(::pwrite(theirs.value(), "evil", 4, 0), 4);
  EXPECT_EQ(content(path), "new");
}

TEST_F(Neighbours, TheirPipesAndDevicesGetNothing) {
  const fs::path path = shared_ / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0666), 0);
  const Fd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  EXPECT_TRUE(write_file(path));
  give_away(path);
  EXPECT_EQ(write_file(path).error().code, Errc::kPermission);
}

TEST_F(Neighbours, NothingOfTheirsIsBelievedInASharedFolder) {
  const fs::path path = shared_ / "dump.json";
  put(path, "theirs");
  EXPECT_TRUE(open_file(path, Owners::kTrusted));
  give_away(path);
  const Result<Fd> refused = open_file(path, Owners::kTrusted);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::kUntrustedOwner) << refused.error().what;
  EXPECT_TRUE(open_file(path, Owners::kAnyone));
  // Also in a subfolder of it, and through a link of ours from elsewhere.
  fs::create_directory(shared_ / "sub");
  fs::rename(path, shared_ / "sub/dump.json");
  EXPECT_FALSE(open_file(shared_ / "sub/dump.json", Owners::kTrusted));
  fs::create_symlink(shared_ / "sub/dump.json", ours_.path() / "link");
  EXPECT_FALSE(open_file(ours_.path() / "link", Owners::kTrusted));
  // A link of another user to a file of ours is not trusted either.
  const Result<Fd> led = open_file(plant_link("led", victim()), Owners::kTrusted);
  ASSERT_FALSE(led);
  EXPECT_EQ(led.error().cause, Cause::kUntrustedOwner) << led.error().what;
  ::setenv("SUDO_UID", "65534", 1);
  EXPECT_TRUE(open_file(shared_ / "sub/dump.json", Owners::kTrusted));
  EXPECT_TRUE(open_file(shared_ / "led", Owners::kTrusted));
}

TEST_F(Neighbours, ElsewhereFilesOfOthersAreRead) {
  // The folder for temporary files is shared, so the path must not begin above it.
  const fs::path before = fs::current_path();
  fs::current_path(ours_.path());
  give_away("victim");
  EXPECT_TRUE(open_file("victim", Owners::kTrusted));
  fs::create_symlink("victim", "link");
  give_away("link");
  EXPECT_TRUE(open_file("link", Owners::kTrusted));
  fs::current_path(before);
}

// While the file is written, another user alternately puts a link to the victim and a file at its
// path. The victim must stay unchanged at any moment.
TEST_F(Neighbours, NoMomentIsTheRightOne) {
  const fs::path path = shared_ / "dump.json";
  std::jthread swapper([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      fs::create_symlink(victim(), shared_ / "next");
      ASSERT_EQ(::lchown((shared_ / "next").c_str(), kNeighbour, kNeighbour), 0);
      fs::rename(shared_ / "next", path);
      put(shared_ / "next", "theirs");
      fs::rename(shared_ / "next", path);
    }
  });
  int refused = 0;
  for (int i = 0; i < 500; ++i) {
    const Result<> written = write_file(path);
    if (written) continue;
    ++refused;
    ASSERT_EQ(written.error().code, Errc::kPermission) << written.error().what;
  }
  swapper.request_stop();
  swapper.join();
  EXPECT_EQ(content(victim()), "old");
  RecordProperty("refused", refused);
}

}  // namespace
}  // namespace gophercap::io
