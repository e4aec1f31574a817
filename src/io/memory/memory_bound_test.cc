#include "io/memory/memory_bound.h"
#include "io/memory/free_memory.h"

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>

#include "testing/temp_dir.h"

namespace gophercap::io {
namespace {

constexpr uint64_t kMebi = uint64_t{1} << 20;

class Bound : public ::testing::Test {
 protected:
  ~Bound() override { MemoryBound::of_process().set(256 * kMebi, false); }
  MemoryBound& bound_ = MemoryBound::of_process();
};

// A Pausable whose source holds a share.
class Holder final : public Pausable {
 public:
  Result<> hold(uint64_t bytes) {
    auto source = std::make_unique<Source>();
    TRY_VOID(source->share.grow(bytes, "test"));
    source_ = std::move(source);
    return {};
  }
  bool holds() const { return source_ != nullptr; }
  std::unique_ptr<ByteSource> give_up() noexcept override { return std::move(source_); }

 private:
  struct Source final : ByteSource {
    Result<size_t> read(std::span<uint8_t>) override { return size_t{0}; }
    MemoryShare share;
  };
  std::unique_ptr<ByteSource> source_;
};

TEST_F(Bound, SharesComeBack) {
  bound_.set(100 * kMebi, false);
  {
    MemoryShare share;
    ASSERT_TRUE(share.grow(60 * kMebi, "test"));
    ASSERT_TRUE(share.grow(50 * kMebi, "test"));  // it has them
    EXPECT_EQ(bound_.used(), 60 * kMebi);
    MemoryShare other;
    const Result<> refused = other.grow(60 * kMebi, "test");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cause, Cause::kMemoryInUse);
    EXPECT_NE(refused.error().what.find("(--memory 192M)"), std::string::npos)
        << refused.error().what;
    EXPECT_FALSE(other.grow_if_spare(60 * kMebi));
    EXPECT_TRUE(other.grow_if_spare(40 * kMebi));
  }
  EXPECT_EQ(bound_.used(), 0u);
  EXPECT_EQ(bound_.largest(), 60 * kMebi);
}

TEST_F(Bound, WhatNeverFitsIsNoShortage) {
  bound_.set(100 * kMebi, true);
  bound_.set_aside(30 * kMebi);
  MemoryShare share;
  const Result<> refused = share.grow(71 * kMebi, "xz");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().cause, Cause::kMemoryInUse);
  EXPECT_EQ(refused.error().code, Errc::kMemoryBound);
  EXPECT_EQ(refused.error().what,
            "xz data needs 71 MiB to be decompressed: there is a bound of 100 MiB (--memory 128M)");
}

TEST_F(Bound, SomeIsThereWhateverIsAsked) {
  bound_.set(1, true);
  bound_.set_aside(1);
  MemoryShare share;
  EXPECT_TRUE(share.grow(10 * kMebi, "xz"));
}

TEST_F(Bound, LargeWindowsHaveToBeAskedFor) {
  bound_.set(uint64_t{8} << 30, false);
  EXPECT_TRUE(bound_.check_window(128 * kMebi, "zstd"));
  const Result<> refused = bound_.check_window(uint64_t{2} << 30, "zstd");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kMemoryBound);
  EXPECT_EQ(
      refused.error().what,
      "zstd data needs a window of 2 GiB: more than 128 MiB is only given if --memory says so "
      "(--memory 3G)");
  bound_.set(uint64_t{8} << 30, true);
  EXPECT_TRUE(bound_.check_window(uint64_t{2} << 30, "zstd"));
}

TEST_F(Bound, TheOnePausedLastGivesUpFirst) {
  bound_.set(100 * kMebi, false);
  Holder a;
  Holder b;
  Holder c;
  for (Holder* holder : {&a, &b, &c}) {
    bound_.enter();
    ASSERT_TRUE(holder->hold(30 * kMebi));
  }
  MemoryShare share;
  EXPECT_FALSE(share.grow(20 * kMebi, "test"));  // they are at work
  for (Holder* holder : {&a, &b, &c}) bound_.pause(*holder);
  {
    const NothingTaken nothing_taken;
    EXPECT_FALSE(share.grow(20 * kMebi, "test"));
  }
  EXPECT_TRUE(share.grow(20 * kMebi, "test"));
  EXPECT_TRUE(a.holds());
  EXPECT_TRUE(b.holds());
  EXPECT_FALSE(c.holds());
  bound_.resume(b);
  MemoryShare other;
  EXPECT_TRUE(other.grow(40 * kMebi, "test"));
  EXPECT_FALSE(a.holds());
  EXPECT_TRUE(b.holds());
  bound_.resume(a);
  bound_.resume(c);
  for (int i = 0; i < 3; ++i) bound_.leave();
  EXPECT_FALSE(bound_.wait_for_room({}));  // nobody to wait for
  bound_.leave();
}

TEST(MemoryText, SizesAndFlags) {
  EXPECT_EQ(binary_size(512), "512 B");
  EXPECT_EQ(binary_size(uint64_t{1536} << 10), "1.5 MiB");
  EXPECT_EQ(binary_size(uint64_t{2} << 30), "2 GiB");
  EXPECT_EQ(memory_flag(1), "64M");
  EXPECT_EQ(memory_flag(128 * kMebi), "192M");
  EXPECT_EQ(memory_flag(uint64_t{2} << 30), "3G");
}

class DefaultMemory : public ::testing::Test {
 protected:
  void put(const std::string& path, const std::string& text) { dir_.write(path, text); }
  uint64_t mebibytes() const { return default_memory_bytes(dir_.path()) / kMebi; }
  testing::TempDir dir_;
};

TEST_F(DefaultMemory, IsAQuarterOfWhatIsFree) {
  EXPECT_EQ(mebibytes(), 256u);
  put("proc/meminfo", "MemTotal: 9999999 kB\nMemAvailable:    4194304 kB\n");
  EXPECT_EQ(mebibytes(), 1024u);
  put("proc/meminfo", "MemAvailable:    194304 kB\n");
  EXPECT_EQ(mebibytes(), 256u);
}

TEST_F(DefaultMemory, LimitsOfControlGroupsCount) {
  put("proc/meminfo", "MemAvailable:    8388608 kB\n");
  put("proc/self/cgroup", "0::/a/b\n");
  EXPECT_EQ(mebibytes(), 2048u);
  put("sys/fs/cgroup/a/b/memory.max", "max\n");
  EXPECT_EQ(mebibytes(), 2048u);
  put("sys/fs/cgroup/a/memory.max", "2147483648\n");  // of the group above
  EXPECT_EQ(mebibytes(), 512u);
  put("proc/self/cgroup", "0::/\n");
  EXPECT_EQ(mebibytes(), 2048u);
  put("sys/fs/cgroup/memory.max", "4294967296\n");  // as a container sees its own
  EXPECT_EQ(mebibytes(), 1024u);
  put("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/1\n");
  EXPECT_EQ(mebibytes(), 2048u);
  put("sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "2147483648\n");
  EXPECT_EQ(mebibytes(), 512u);
}

}  // namespace
}  // namespace gophercap::io
