#include "io/file/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "testing/temp_dir.h"

namespace gophercap::io {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

size_t entries(const fs::path& folder) {
  return static_cast<size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

mode_t mode(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

Result<> write_file(const fs::path& path, std::string_view text, Sync sync = Sync::kNo) {
  TRY(AtomicFile file, AtomicFile::create(path, sync));
  TRY_VOID(file.write(text));
  return file.commit();
}

TEST(AtomicFile, AppearsOnlyWhenComplete) {
  const TempDir dir;
  const fs::path path = dir.path() / "dump.json";
  for (const Sync sync : {Sync::kNo, Sync::kYes}) {
    Result<AtomicFile> file = AtomicFile::create(path, sync);
    ASSERT_TRUE(file) << file.error().what;
    EXPECT_EQ(file->name(), path);
    ASSERT_TRUE(file->write("one "));
    EXPECT_FALSE(fs::exists(path));
    const std::vector<uint8_t> bytes = {'t', 'w', 'o'};
    ASSERT_TRUE(file->write(bytes));
    ASSERT_TRUE(file->commit());
    EXPECT_EQ(content(path), "one two");
    EXPECT_EQ(entries(dir.path()), 1U);
    fs::remove(path);
  }
}

TEST(AtomicFile, WithoutCommitTheOldFileStays) {
  const TempDir dir;
  const fs::path path = dir.path() / "a";
  put(path, "old");
  {
    Result<AtomicFile> file = AtomicFile::create(path, Sync::kYes);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("new"));
    EXPECT_EQ(content(path), "old");
  }
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(entries(dir.path()), 1U);
}

TEST(AtomicFile, TheTemporaryFileIsHiddenAndBesideTheTarget) {
  const TempDir dir;
  Result<AtomicFile> file = AtomicFile::create(dir.path() / "a.json", Sync::kNo);
  ASSERT_TRUE(file);
  const std::string name = fs::directory_iterator(dir.path())->path().filename();
  EXPECT_TRUE(name.starts_with(".a.json.")) << name;
  EXPECT_TRUE(name.ends_with(".part")) << name;
}

// A location for a file that is written at the end of a job is checked at its beginning.
TEST(AtomicFile, PreparedIsThereAtOnce) {
  const TempDir dir;
  Result<AtomicFile> file = AtomicFile::prepare(dir.path() / "a", Sync::kNo);
  ASSERT_TRUE(file);
  EXPECT_EQ(entries(dir.path()), 1U);
  fs::rename(dir.path(), dir.path().string() + "-moved");
  ASSERT_TRUE(file->write("text"));
  ASSERT_TRUE(file->commit());
  fs::rename(dir.path().string() + "-moved", dir.path());
  EXPECT_EQ(content(dir.path() / "a"), "text");
  const Result<AtomicFile> nowhere = AtomicFile::prepare(dir.path() / "no/file", Sync::kNo);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().sys, ENOENT);
  const Result<AtomicFile> folder = AtomicFile::prepare(dir.path(), Sync::kNo);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().sys, EISDIR);
}

TEST(AtomicFile, PreparedWaitsForNobody) {
  const TempDir dir;
  const fs::path path = dir.path() / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  for (const bool write : {true, false}) {
    Result<AtomicFile> file = AtomicFile::prepare(path, Sync::kYes);
    ASSERT_TRUE(file);
    const Fd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    ASSERT_TRUE(!write || file->write("text"));
    char text[8];
    EXPECT_EQ(::read(reader.value(), text, sizeof text), write ? 4 : 0);
    ASSERT_TRUE(file->commit());
  }
  Result<AtomicFile> standard = AtomicFile::prepare("-", Sync::kNo);
  ASSERT_TRUE(standard);
  EXPECT_TRUE(standard->commit());
}

TEST(AtomicFile, TwoWritersOfOneFileDoNotMeet) {
  const TempDir dir;
  const fs::path path = dir.path() / "a";
  Result<AtomicFile> first = AtomicFile::create(path, Sync::kNo);
  Result<AtomicFile> second = AtomicFile::create(path, Sync::kNo);
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(first->write("first"));
  ASSERT_TRUE(second->write("second"));
  ASSERT_TRUE(second->commit());
  EXPECT_EQ(content(path), "second");
  ASSERT_TRUE(first->commit());
  EXPECT_EQ(content(path), "first");
}

TEST(AtomicFile, HasTheModeOfTheFileItReplacesOrTheUsualOne) {
  const TempDir dir;
  const mode_t umask_before = ::umask(027);
  ASSERT_TRUE(write_file(dir.path() / "fresh", "x"));
  EXPECT_EQ(mode(dir.path() / "fresh"), mode_t{0640});
  put(dir.path() / "old", "x");
  ASSERT_EQ(::chmod((dir.path() / "old").c_str(), 0604), 0);
  ASSERT_TRUE(write_file(dir.path() / "old", "y"));
  EXPECT_EQ(mode(dir.path() / "old"), mode_t{0604});
  ::umask(umask_before);
}

TEST(AtomicFile, ReplacesWhatALinkPointsTo) {
  const TempDir dir;
  fs::create_directory(dir.path() / "data");
  put(dir.path() / "data/target", "old");
  fs::create_symlink("data/target", dir.path() / "link");
  fs::create_symlink("link", dir.path() / "link2");
  ASSERT_TRUE(write_file(dir.path() / "link2", "new", Sync::kYes));
  EXPECT_TRUE(fs::is_symlink(dir.path() / "link2"));
  EXPECT_TRUE(fs::is_symlink(dir.path() / "link"));
  EXPECT_EQ(content(dir.path() / "data/target"), "new");
  EXPECT_EQ(entries(dir.path() / "data"), 1U);

  fs::create_symlink("data/later", dir.path() / "dangling");
  ASSERT_TRUE(write_file(dir.path() / "dangling", "made"));
  EXPECT_EQ(content(dir.path() / "data/later"), "made");

  fs::create_symlink("loop", dir.path() / "loop");
  const Result<> loop = write_file(dir.path() / "loop", "x");
  ASSERT_FALSE(loop);
  EXPECT_EQ(loop.error().sys, ELOOP);
}

TEST(AtomicFile, WritesToAPipeDirectly) {
  const TempDir dir;
  const fs::path path = dir.path() / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::string read;
  std::jthread reader([&] { read = content(path); });
  ASSERT_TRUE(write_file(path, "through the pipe", Sync::kYes));
  reader.join();
  EXPECT_EQ(read, "through the pipe");
  EXPECT_TRUE(fs::is_fifo(path));
}

TEST(AtomicFile, AStopEndsTheWaitForAReader) {
  const TempDir dir;
  const fs::path path = dir.path() / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const Fd idle(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  std::stop_source stop;
  Result<AtomicFile> file = AtomicFile::create(path, Sync::kNo, stop.get_token());
  ASSERT_TRUE(file) << file.error().what;
  const std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.request_stop();
  });
  const Result<> written = file->write(std::string(2'000'000, 'x'));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::kCancelled);
}

TEST(AtomicFile, APipeGetsWhatItTakesAfterAStop) {
  const TempDir dir;
  const fs::path path = dir.path() / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::string read;
  std::jthread reader([&] { read = content(path); });
  std::stop_source stop;
  Result<AtomicFile> file = AtomicFile::create(path, Sync::kNo, stop.get_token());
  ASSERT_TRUE(file) << file.error().what;
  const std::string text(2'000'000, 'x');
  EXPECT_TRUE(file->write(text));
  EXPECT_TRUE(file->commit());
  reader.join();
  EXPECT_TRUE(read == text);

  const Fd idle(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  file = AtomicFile::create(path, Sync::kNo, stop.get_token());
  ASSERT_TRUE(file) << file.error().what;
  stop.request_stop();
  EXPECT_TRUE(file->write(text.substr(0, 50'000)));  // less than a pipe holds
}

TEST(AtomicFile, WritesToStandardOutput) {
  const TempDir dir;
  const Fd out(::open((dir.path() / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const Fd saved(::dup(STDOUT_FILENO));
  ASSERT_EQ(::dup2(out.value(), STDOUT_FILENO), STDOUT_FILENO);
  const Result<> written = write_file("-", "text");
  ::dup2(saved.value(), STDOUT_FILENO);
  EXPECT_TRUE(written);
  EXPECT_EQ(content(dir.path() / "out"), "text");
}

TEST(AtomicFile, FullDeviceIsNoSpace) {
  EXPECT_TRUE(write_file("/dev/null", "gone", Sync::kYes));
  const Result<> full = write_file("/dev/full", "x");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::kNoSpace);
  EXPECT_EQ(full.error().what, "/dev/full: No space left on device");
}

TEST(AtomicFile, NothingIsLeftOfAFailedWrite) {
  const TempDir dir;
  const fs::path path = dir.path() / "a";
  put(path, "old");
  // A file size limit makes a write fail in the middle, like a full disk.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler_before = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  Result<AtomicFile> file = AtomicFile::create(path, Sync::kNo);
  const Result<> written = file ? file->write(std::string(5000, 'x')) : Result<>(file.error());
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler_before);

  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().sys, EFBIG);
  EXPECT_EQ(written.error().what, path.string() + ": File too large");
  EXPECT_FALSE(file->write("more"));
  EXPECT_FALSE(file->commit()) << "a file with a hole";
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(entries(dir.path()), 1U);
}

TEST(AtomicFile, SaysWhatCannotBeCreated) {
  const TempDir dir;
  const Result<AtomicFile> missing = AtomicFile::create(dir.path() / "no/file", Sync::kNo);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::kNotFound);
  EXPECT_EQ(missing.error().what,
            (dir.path() / "no/file").string() + ": No such file or directory");
  const Result<AtomicFile> folder = AtomicFile::create(dir.path(), Sync::kNo);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().sys, EISDIR);
}

TEST(AtomicFile, LongNamesLeaveRoomForTheTemporaryOne) {
  const TempDir dir;
  const fs::path path = dir.path() / std::string(255, 'n');
  ASSERT_TRUE(write_file(path, "x"));
  EXPECT_EQ(content(path), "x");
}

TEST(AtomicFile, MovesWithItsTemporaryFile) {
  const TempDir dir;
  const fs::path path = dir.path() / "a";
  Result<AtomicFile> file = AtomicFile::create(path, Sync::kNo);
  Result<AtomicFile> other = AtomicFile::create(dir.path() / "b", Sync::kNo);
  ASSERT_TRUE(file && other);
  ASSERT_TRUE(file->write("moved"));
  AtomicFile moved = std::move(*file);
  *other = std::move(moved);  // drops b
  EXPECT_EQ(entries(dir.path()), 1U);
  ASSERT_TRUE(other->commit());
  EXPECT_EQ(content(path), "moved");
  EXPECT_FALSE(other->commit());
}

}  // namespace
}  // namespace gophercap::io
