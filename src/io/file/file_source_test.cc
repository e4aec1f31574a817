#include "io/file/file_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "io/file/fd_cache.h"
#include "testing/read_all.h"
#include "testing/temp_dir.h"

namespace gophercap::io {
namespace {

namespace fs = std::filesystem;
using testing::read_all;
using testing::ReadAll;
using testing::TempDir;
using Bytes = std::vector<uint8_t>;

Bytes numbered(size_t size, size_t seed = 0) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>((i + seed) * 31 >> 3);
  return bytes;
}

size_t open_descriptors() {
  return static_cast<size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

std::unique_ptr<FileSource> open_source(const std::string& path, FdCache* fds = nullptr) {
  Result<std::unique_ptr<FileSource>> source = FileSource::open(path, fds);
  EXPECT_TRUE(source) << source.error().what;
  return source ? std::move(*source) : nullptr;
}

Bytes read_some(ByteSource& source, size_t size) {
  Bytes bytes(size);
  const Result<size_t> count = source.read(bytes);
  EXPECT_TRUE(count) << count.error().what;
  bytes.resize(count.value_or(0));
  return bytes;
}

Error read_fault(ByteSource& source) {
  const ReadAll all = read_all(source);
  EXPECT_TRUE(all.fault);
  return all.fault.value_or(Error{});
}

TEST(FileSource, ReadsAFileWithAndWithoutACache) {
  const TempDir dir;
  const Bytes bytes = numbered(100'000);
  const std::string path = dir.write("a", bytes);
  FdCache cache(2);
  for (FdCache* fds : {static_cast<FdCache*>(nullptr), &cache}) {
    const auto source = open_source(path, fds);
    const ReadAll all = read_all(*source, 777);
    EXPECT_TRUE(all.bytes == bytes);
    EXPECT_FALSE(all.fault);
  }
}

TEST(FileSource, KnowsTheFacts) {
  const TempDir dir;
  const std::string path = dir.write("a", numbered(1234));
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  const FileFacts facts = open_source(path)->facts();
  EXPECT_TRUE(facts.regular);
  EXPECT_EQ(facts.size_bytes, 1234U);
  EXPECT_EQ(facts.inode, status.st_ino);
  EXPECT_EQ(facts.device, status.st_dev);
  EXPECT_EQ(facts.mtime_ns,
            int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec);
}

TEST(FileSource, AFileOfTheYear2500HasATimeToo) {
  struct stat status {};
  status.st_mtim = {16'725'225'600, 5};  // ext4 and tar hold such
  EXPECT_NE(mtime_ns_of(status), 0);     // wraps; UBSan would say if it overflowed
  struct stat later = status;
  ++later.st_mtim.tv_nsec;
  EXPECT_NE(mtime_ns_of(later), mtime_ns_of(status));
}

TEST(FileSource, RewindStartsOver) {
  const TempDir dir;
  const Bytes bytes = numbered(50);
  const auto source = open_source(dir.write("a", bytes));
  EXPECT_TRUE(read_all(*source).bytes == bytes);
  source->rewind();
  EXPECT_TRUE(read_all(*source).bytes == bytes);
}

TEST(FileSource, SaysWhatCannotBeOpened) {
  const TempDir dir;
  FdCache cache(2);
  const size_t before = open_descriptors();
  for (FdCache* fds : {static_cast<FdCache*>(nullptr), &cache}) {
    const auto missing = FileSource::open(dir.path() / "missing", fds);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::kNotFound);
    EXPECT_EQ(missing.error().what,
              (dir.path() / "missing").string() + ": No such file or directory");
    const auto folder = FileSource::open(dir.path(), fds);
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().sys, EISDIR);
    EXPECT_EQ(folder.error().what, dir.path().string() + ": Is a directory");
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(FileSource, EndStaysTheEndWhenTheFileGrows) {
  const TempDir dir;
  const std::string path = dir.write("a", numbered(10));
  const auto source = open_source(path);
  EXPECT_EQ(read_some(*source, 100).size(), 10U);
  EXPECT_EQ(read_some(*source, 100).size(), 0U);
  std::ofstream(path, std::ios::app) << "more";
  EXPECT_EQ(read_some(*source, 100).size(), 0U);
}

TEST(FileSource, ReadsAPipe) {
  const TempDir dir;
  const std::string path = dir.path() / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const Bytes bytes = numbered(200'000);
  std::jthread writer([&] {
    std::ofstream out(path, std::ios::binary);
    for (const uint8_t byte : bytes) out.put(static_cast<char>(byte));
  });
  FdCache cache(1);
  const auto source = open_source(path, &cache);
  EXPECT_FALSE(source->facts().regular);
  // A pipe does not use the cache, so a file opened after it must not evict it.
  const auto other = open_source(dir.write("a", numbered(5)), &cache);
  EXPECT_EQ(read_all(*other).bytes.size(), 5U);
  const ReadAll all = read_all(*source);
  EXPECT_TRUE(all.bytes == bytes);
  EXPECT_FALSE(all.fault);
}

TEST(FileSource, AStopEndsTheWaitForAPipe) {
  const TempDir dir;
  const std::string path = dir.path("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const Fd both_ends(::open(path.c_str(), O_RDWR | O_CLOEXEC));  // so that it does not end
  ASSERT_TRUE(both_ends.valid());
  std::stop_source stop;
  auto source = FileSource::open(path, nullptr, stop.get_token());
  ASSERT_TRUE(source) << source.error().what;
  ASSERT_EQ(::write(both_ends.value(), "abc", 3), 3);
  Bytes out(10);
  EXPECT_EQ((*source)->read(out).value_or(0), 3u);
  const std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.request_stop();
  });
  EXPECT_EQ((*source)->read(out).error().code, Errc::kCancelled);
}

TEST(FileSource, AStopEndsTheWaitForAWriter) {
  const TempDir dir;
  const std::string path = dir.path("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  FdCache cache(1);
  for (FdCache* fds : {static_cast<FdCache*>(nullptr), &cache}) {
    std::stop_source stop;
    auto source = FileSource::open(path, fds, stop.get_token());
    ASSERT_TRUE(source) << source.error().what;
    const std::jthread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      stop.request_stop();
    });
    Bytes out(10);
    EXPECT_EQ((*source)->read(out).error().code, Errc::kCancelled);
  }
}

TEST(FileSource, WaitsForAWriterThatComesLater) {
  const TempDir dir;
  const std::string path = dir.path("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::stop_source never;
  for (const std::stop_token& stop : {std::stop_token(), never.get_token()}) {
    for (const Bytes& bytes : {numbered(200'000), Bytes()}) {
      auto source = FileSource::open(path, nullptr, stop);
      ASSERT_TRUE(source) << source.error().what;
      const std::jthread writer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
      });
      const ReadAll all = read_all(**source);
      EXPECT_TRUE(all.bytes == bytes);
      EXPECT_FALSE(all.fault);
    }
  }
}

TEST(FileSource, AStopEndsTheReadingOfAFile) {
  const TempDir dir;
  std::stop_source stop;
  auto source = FileSource::open(dir.write("a", numbered(3000)), nullptr, stop.get_token());
  ASSERT_TRUE(source) << source.error().what;
  Bytes out(10);
  EXPECT_EQ((*source)->read(out).value_or(0), 10u);
  stop.request_stop();
  EXPECT_EQ((*source)->read(out).error().code, Errc::kCancelled);
}

TEST(FileSource, ReadsStandardInput) {
  const TempDir dir;
  const Bytes bytes = numbered(3000);
  const std::string path = dir.write("a", bytes);
  const Fd saved(::dup(STDIN_FILENO));
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::dup2(file.value(), STDIN_FILENO), STDIN_FILENO);
  {
    const auto source = open_source("-");
    EXPECT_FALSE(source->facts().regular);
    EXPECT_TRUE(read_all(*source, 100).bytes == bytes);
  }
  EXPECT_NE(::fcntl(STDIN_FILENO, F_GETFD), -1) << "standard input was closed";
  ::dup2(saved.value(), STDIN_FILENO);
}

TEST(FileSource, StandardInputMayBeThereForWritingOnly) {
  const Fd saved(::dup(STDIN_FILENO));
  const Fd wrong(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(::dup2(wrong.value(), STDIN_FILENO), STDIN_FILENO);
  const auto source = FileSource::open("-", nullptr);
  ::dup2(saved.value(), STDIN_FILENO);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, Errc::kIo);
  EXPECT_EQ(source.error().what, "standard input: not open for reading");
}

TEST(FdCache, ThousandFilesInTurnNeedFewDescriptors) {
  constexpr size_t kFiles = 1000;
  constexpr size_t kCapacity = 8;
  const TempDir dir;
  FdCache cache(kCapacity);
  const size_t before = open_descriptors();
  std::vector<std::unique_ptr<FileSource>> sources;
  std::vector<Bytes> contents(kFiles);
  for (size_t i = 0; i < kFiles; ++i) {
    sources.push_back(open_source(dir.write(std::to_string(i), numbered(30, i)), &cache));
  }
  for (int round = 0; round < 5; ++round) {
    for (size_t i = 0; i < kFiles; ++i) {
      const Bytes piece = read_some(*sources[i], 7);
      contents[i].insert(contents[i].end(), piece.begin(), piece.end());
      if (i % 97 == 0) {
        EXPECT_LE(open_descriptors(), before + kCapacity);
      }
    }
  }
  for (size_t i = 0; i < kFiles; ++i) EXPECT_TRUE(contents[i] == numbered(30, i)) << i;
  sources.clear();
  EXPECT_EQ(open_descriptors(), before);
}

TEST(FdCache, KeepsTheFilesUsedLast) {
  const TempDir dir;
  FdCache cache(2);
  const std::string path = dir.write("a", numbered(10));
  const auto a = open_source(path, &cache);
  const auto b = open_source(dir.write("b", numbered(10)), &cache);
  EXPECT_EQ(read_some(*a, 1).size(), 1U);
  const auto c = open_source(dir.write("c", numbered(10)), &cache);  // b has to go, not a
  fs::remove(path);
  EXPECT_EQ(read_some(*a, 100).size(), 9U);
}

TEST(FdCache, ServesThreadsAtOnce) {
  constexpr size_t kThreads = 4;
  constexpr size_t kFilesEach = 20;
  const TempDir dir;
  FdCache cache(3);
  const size_t before = open_descriptors();
  std::atomic<size_t> wrong = 0;
  std::vector<std::string> paths;
  for (size_t i = 0; i < kThreads * kFilesEach; ++i) {
    paths.push_back(dir.write(std::to_string(i), numbered(500, i)));
  }
  const auto work = [&](size_t thread) {
    std::vector<std::unique_ptr<FileSource>> sources;
    std::vector<Bytes> contents(kFilesEach);
    for (size_t i = 0; i < kFilesEach; ++i) {
      sources.push_back(*FileSource::open(paths[thread * kFilesEach + i], &cache));
    }
    for (int round = 0; round < 51; ++round) {
      for (size_t i = 0; i < kFilesEach; ++i) {
        Bytes piece(10);
        const Result<size_t> count = sources[i]->read(piece);
        if (!count) ++wrong;
        contents[i].insert(contents[i].end(), piece.begin(),
                           piece.begin() + static_cast<ptrdiff_t>(count.value_or(0)));
      }
    }
    for (size_t i = 0; i < kFilesEach; ++i) {
      if (contents[i] != numbered(500, thread * kFilesEach + i)) ++wrong;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (size_t thread = 0; thread < kThreads; ++thread) threads.emplace_back(work, thread);
  }
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(open_descriptors(), before);
}

TEST(FdCache, FileReplacedBetweenTwoTurnsIsAFault) {
  const TempDir dir;
  FdCache cache(1);
  const std::string path = dir.write("a", numbered(100));
  const auto a = open_source(path, &cache);
  EXPECT_EQ(read_some(*a, 10).size(), 10U);
  fs::rename(dir.write("new", numbered(100)), path);
  const auto b = open_source(dir.write("b", numbered(100)), &cache);  // takes the only descriptor
  const Error fault = read_fault(*a);
  EXPECT_EQ(fault.code, Errc::kIo);
  EXPECT_EQ(fault.what, path + ": file was replaced while being read");
}

TEST(FdCache, FileRemovedBetweenTwoTurnsIsAFault) {
  const TempDir dir;
  FdCache cache(1);
  const std::string path = dir.write("a", numbered(100));
  const auto a = open_source(path, &cache);
  fs::remove(path);
  const auto b = open_source(dir.write("b", numbered(100)), &cache);
  EXPECT_EQ(read_fault(*a).code, Errc::kNotFound);
  EXPECT_EQ(read_some(*b, 100).size(), 100U) << "the place of the failed file is free again";
}

TEST(FdCache, FileCutBetweenTwoTurnsIsAFault) {
  const TempDir dir;
  FdCache cache(1);
  const std::string path = dir.write("a", numbered(100));
  const auto a = open_source(path, &cache);
  EXPECT_EQ(read_some(*a, 50).size(), 50U);
  const auto b = open_source(dir.write("b", numbered(100)), &cache);
  fs::resize_file(path, 20);
  EXPECT_EQ(read_fault(*a).code, Errc::kIo);
}

TEST(FileSource, FileCutWhileOpenIsAFault) {
  const TempDir dir;
  for (const uintmax_t new_size : {uintmax_t{20}, uintmax_t{50}, uintmax_t{70}}) {
    const std::string path = dir.write("a", numbered(100));
    const auto source = open_source(path);
    EXPECT_EQ(read_some(*source, 50).size(), 50U);
    fs::resize_file(path, new_size);
    const Error fault = read_fault(*source);
    EXPECT_EQ(fault.code, Errc::kIo) << new_size;
    EXPECT_EQ(fault.what, path + ": file became shorter while being read");
  }
}

TEST(FdCache, CapacityLeavesDescriptorsForTheProgram) {
  const size_t capacity = FdCache::capacity_from_limits();
  EXPECT_GE(capacity, 1U);
  EXPECT_LE(capacity, 4096U - 64U);
}

}  // namespace
}  // namespace gophercap::io
