#include "dataset/find/path_pattern.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

// Sanitizers map memory all the time.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GOPHERCAP_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GOPHERCAP_SANITIZED 1
#endif
#endif

namespace gophercap::dataset {
namespace {

PathPattern pattern_of(const std::string& regexp) {
  Result<PathPattern> pattern = PathPattern::make(regexp);
  EXPECT_TRUE(pattern) << pattern.error().what;
  return *std::move(pattern);
}

TEST(PathPattern, FindsAPartOfThePath) {
  const PathPattern pattern = pattern_of("2024-0[56]/.*b");
  EXPECT_TRUE(pattern.matches("/data/2024-05/x/abc.pcap"));
  EXPECT_FALSE(pattern.matches("/data/2024-07/b.pcap"));
  EXPECT_FALSE(pattern.matches(""));
}

TEST(PathPattern, AByteThatIsNoTextIsOneCharacter) {
  const PathPattern pattern = pattern_of("^a.b$");
  EXPECT_TRUE(
      pattern.matches("a\xff"
                      "b"));
  EXPECT_FALSE(
      pattern.matches("a\xff\xff"
                      "b"));
}

TEST(PathPattern, SaysWhatIsWrong) {
  const Result<PathPattern> pattern = PathPattern::make("a(b");
  ASSERT_FALSE(pattern);
  EXPECT_EQ(pattern.error().code, Errc::kInvalidArgument);
  EXPECT_NE(pattern.error().what.find("missing )"), std::string::npos) << pattern.error().what;
}

TEST(PathPattern, ServesManyThreads) {
  const PathPattern pattern = pattern_of("(a|b)*c$");
  std::atomic<int> wrong{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 300; ++n) {
        const std::string text(static_cast<size_t>(n % 40), n % 2 == 0 ? 'a' : 'b');
        if (!pattern.matches(text + "c") || pattern.matches(text + "d")) ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

#ifndef GOPHERCAP_SANITIZED
constexpr int kRight = 0, kWrong = 1, kNoMemory = 2;

// Uses the memory of the heap and no further page.
int match_in_little_memory() {
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  std::make_unique<std::vector<char>>(4 << 20).reset();
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_AS, &none) != 0) return kWrong;
  try {
    const Result<PathPattern> pattern = PathPattern::make("a.pcap$");
    if (!pattern) return kWrong;
    return pattern->matches("x/a.pcap") && !pattern->matches("x/b.pcap") ? kRight : kWrong;
  } catch (const std::bad_alloc&) {
    return kNoMemory;
  }
}

// In its own process, where no other test has made a library allocate what this one needs.
TEST(PathPatternDeathTest, DoesNotAbortWhereNoMemoryCanBeMapped) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(::_exit(match_in_little_memory()), ::testing::ExitedWithCode(kRight), "");
}
#endif

}  // namespace
}  // namespace gophercap::dataset
