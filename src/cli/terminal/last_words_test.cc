#include "cli/terminal/last_words.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>

#include "base/shortage.h"
#include "io/file/atomic_file.h"
#include "testing/temp_dir.h"

namespace gophercap::cli {
namespace {

namespace fs = std::filesystem;

// Does what the standard library does when there is no memory.
void refuse_memory() {
  std::get_new_handler()();
}

void fail() {
  throw std::runtime_error("x");
}

class LastWordsTest : public ::testing::Test {
 protected:
  // Ends the process by `end` while a file is being written.
  template <class End>
  void in_the_middle(End end) {
    const LastWords last_words;
    const ObjectAtWork at_work("evil\n\x1b[31m.pcap");
    Result<io::AtomicFile> file = io::AtomicFile::create(dir_.path() / "a", io::Sync::kNo);
    static_cast<void>(!file->write("half"));
    end();
  }
  void expect_empty() const { EXPECT_TRUE(fs::is_empty(dir_.path())); }

  static constexpr const char* kWords = "gophercap: error: evil..\\[31m.pcap: out of memory";
  testing::TempDir dir_;
};

TEST_F(LastWordsTest, ALibraryThatExitsLeavesNothingUnfinished) {
  EXPECT_EXIT(in_the_middle([] { std::exit(5); }), ::testing::ExitedWithCode(1), kWords);
  expect_empty();
}

TEST_F(LastWordsTest, ARefusalInWhatMustNotThrowIsOutOfMemory) {
  const auto end = []() noexcept { refuse_memory(); };
  EXPECT_EXIT(in_the_middle(end), ::testing::ExitedWithCode(1), kWords);
  expect_empty();
}

// For noexcept functions, some compilers call std::terminate() without catching the exception
// first.
TEST_F(LastWordsTest, AnExceptionInFlightIsKnownToo) {
  struct TerminateWhileUnwinding {
    ~TerminateWhileUnwinding() { std::terminate(); }
  };
  const auto end = [] {
    const TerminateWhileUnwinding guard;
    refuse_memory();
  };
  const auto catch_all = [&] {
    try {
      end();
    } catch (...) {
    }
  };
  EXPECT_EXIT(in_the_middle(catch_all), ::testing::ExitedWithCode(1), kWords);
  expect_empty();
}

TEST_F(LastWordsTest, AnotherExceptionIsABug) {
  const auto end = []() noexcept { fail(); };
  EXPECT_EXIT(in_the_middle(end), ::testing::KilledBySignal(SIGABRT), "");
  expect_empty();
}

TEST_F(LastWordsTest, AfterItsEndExitIsAsEver) {
  EXPECT_EXIT(
      {
        { const LastWords last_words; }
        std::exit(5);
      },
      ::testing::ExitedWithCode(5), "^$");
}

}  // namespace
}  // namespace gophercap::cli
