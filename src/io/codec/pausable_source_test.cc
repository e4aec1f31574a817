#include "io/codec/pausable_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/file/file_source.h"
#include "io/open.h"
#include "testing/compress.h"
#include "testing/sample_bytes.h"
#include "testing/temp_dir.h"

namespace gophercap::io {
namespace {

using Bytes = std::vector<uint8_t>;
constexpr uint64_t kMebi = uint64_t{1} << 20;

class PausableSources : public ::testing::Test {
 protected:
  ~PausableSources() override { MemoryBound::of_process().set(256 * kMebi, false); }

  std::string put(const std::string& name, const Bytes& bytes) { return dir_.write(name, bytes); }
  // Takes all memory, so that every paused reader loses its decoder.
  static void take_all() {
    MemoryBound& bound = MemoryBound::of_process();
    MemoryShare share;
    EXPECT_TRUE(share.grow(bound.room(), "test"));
  }
  // Leaves room for the decoder of this file, but not for two.
  static void leave_room_for_one(const std::string& path, MemoryShare& rest) {
    MemoryBound& bound = MemoryBound::of_process();
    uint8_t byte = 0;
    Result<Input> input = open_input(path);
    EXPECT_TRUE(input && input->source->read({&byte, 1}));
    const uint64_t one = bound.used();
    EXPECT_GT(one, 0u);
    input->source.reset();
    EXPECT_TRUE(rest.grow(bound.room() - one * 3 / 2, "test"));
  }
  // Read in pieces, closed between them.
  static Bytes read_paused(const std::string& path, size_t piece) {
    Result<Input> input = open_input(path);
    EXPECT_TRUE(input);
    Bytes all;
    while (read_piece(*input->source, piece, all)) {
      input->pausable->pause();
      take_all();
      EXPECT_EQ(MemoryBound::of_process().used(), 0u);
    }
    return all;
  }
  // Returns false at the end or after a fault, which is appended to the bytes.
  static bool read_piece(ByteSource& source, size_t piece, Bytes& all) {
    Bytes out(piece);
    size_t filled = 0;
    while (filled < piece) {
      const Result<size_t> got = source.read(std::span(out).subspan(filled));
      const size_t count = got ? *got : 0;
      all.insert(all.end(), out.begin() + static_cast<ptrdiff_t>(filled),
                 out.begin() + static_cast<ptrdiff_t>(filled + count));
      filled += count;
      if (!got) all.insert(all.end(), got.error().what.begin(), got.error().what.end());
      if (count == 0) return false;
    }
    return true;
  }

  testing::TempDir dir_;
};

TEST_F(PausableSources, ClosedBetweenReadsTheBytesAreTheSame) {
  const Bytes plain = testing::sample(1'200'000);
  for (const Compression format : {Compression::kGzip, Compression::kZstd, Compression::kLz4,
                                   Compression::kXz, Compression::kBzip2}) {
    const std::string path = put("a", testing::compress(format, plain));
    EXPECT_TRUE(read_paused(path, 300'001) == plain) << word_of(format);
  }
  const std::vector<Bytes> in_pieces = {
      testing::gzip_members(plain, 100'000), testing::bgzf(plain, 60'000),
      testing::zstd_frames(plain, 150'000, {}), testing::xz_blocks(plain, 150'000)};
  for (const Bytes& file : in_pieces) EXPECT_TRUE(read_paused(put("a", file), 300'000) == plain);
}

TEST_F(PausableSources, AndTheFaultAtTheEnd) {
  const Bytes plain = testing::sample(600'000);
  for (const Compression format : {Compression::kGzip, Compression::kZstd, Compression::kLz4,
                                   Compression::kXz, Compression::kBzip2}) {
    Bytes file = testing::compress(format, plain);
    file.resize(file.size() - 5);
    const std::string path = put("a", file);
    const Bytes got = read_paused(path, 300'000);
    const std::string end = " data ends in the middle";
    ASSERT_GT(got.size(), end.size());
    EXPECT_TRUE(std::equal(end.rbegin(), end.rend(), got.rbegin())) << word_of(format);
  }
}

// After a pause, reading does not start from the beginning.
TEST_F(PausableSources, GoesOnAtACheckpoint) {
  const Bytes plain = testing::sample(3'000'000);
  const Bytes file = testing::compress(Compression::kGzip, plain);
  std::vector<uint64_t> began;
  const auto open = [&](Checkpoint from,
                        CheckpointSink* found) -> Result<std::unique_ptr<ByteSource>> {
    began.push_back(from.plain_offset);
    const Bytes rest(file.begin() + static_cast<ptrdiff_t>(from.stored_offset), file.end());
    TRY(std::unique_ptr<FileSource> raw, FileSource::open(put("rest", rest), nullptr));
    return decode_from(std::move(from), Compression::kGzip, std::move(raw), nullptr, found);
  };
  Result<std::unique_ptr<ByteSource>> first = open({}, nullptr);
  ASSERT_TRUE(first);
  PausableSource source(*std::move(first), open, {});
  Bytes all;
  while (read_piece(source, 500'000, all)) {
    source.pause();
    take_all();
  }
  EXPECT_TRUE(all == plain);
  ASSERT_GT(began.size(), 5u);
  EXPECT_TRUE(std::is_sorted(began.begin(), began.end()));
  EXPECT_GT(began.back(), kMebi);
}

TEST_F(PausableSources, FilesThatDoNotFitTogetherWaitForEachOther) {
  const Bytes plain = testing::sample(500'000);
  const std::string path = put("a.xz", testing::compress(Compression::kXz, plain));
  MemoryShare rest;
  leave_room_for_one(path, rest);
  std::vector<std::jthread> threads;
  std::vector<int> good(6);
  for (int& result : good) {
    threads.emplace_back([&path, &plain, &result] {
      Result<Input> input = open_input(path);
      Bytes all;
      while (read_piece(*input->source, 200'000, all)) {
      }
      result = all == plain ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(good, std::vector<int>(6, 1));
  EXPECT_EQ(MemoryBound::of_process().used(), rest.bytes());
}

TEST_F(PausableSources, WhatDoesNotFitBesideAnythingIsRefused) {
  const std::string path =
      put("a.xz", testing::compress(Compression::kXz, testing::sample(300'000)));
  MemoryShare other;  // its owner never releases it
  ASSERT_TRUE(other.grow(MemoryBound::of_process().room() - kMebi / 4, "test"));
  Result<Input> input = open_input(path);
  ASSERT_TRUE(input);
  Bytes out(1000);
  for (int i = 0; i < 2; ++i) {
    const Result<size_t> got = input->source->read(out);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Errc::kMemoryBound);
    EXPECT_NE(got.error().cause, Cause::kMemoryInUse);
  }
}

TEST_F(PausableSources, AStopEndsTheWait) {
  const std::string path =
      put("a.xz", testing::compress(Compression::kXz, testing::sample(300'000)));
  MemoryShare rest;
  leave_room_for_one(path, rest);
  Result<Input> first = open_input(path);
  ASSERT_TRUE(first);
  Bytes out(1000);
  ASSERT_TRUE(first->source->read(out));
  std::stop_source stop;
  Result<Input> second = open_input(path, {.stop = stop.get_token()});
  ASSERT_TRUE(second);
  std::jthread stopper([&] { stop.request_stop(); });
  const Result<size_t> got = second->source->read(out);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::kCancelled);
}

}  // namespace
}  // namespace gophercap::io
