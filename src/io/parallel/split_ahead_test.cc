// How far ahead a source is read when it is decoded in parallel, and how much memory that takes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "io/parallel/split_source_for_test.h"
#include "testing/compress.h"
#include "testing/memory_source.h"

namespace gophercap::io {
namespace {

using split_test::Bytes;
using split_test::lz4_frames;
using split_test::make_parallel;
using split_test::pzstd;
using testing::MemorySource;
using testing::operator+;

// Tells how many bytes have been read of it.
class CountedSource final : public ByteSource {
 public:
  CountedSource(std::unique_ptr<ByteSource> raw, size_t& count)
      : raw_(std::move(raw)), count_(count) {}

  Result<size_t> read(std::span<uint8_t> out) override {
    Result<size_t> got = raw_->read(out);
    if (got) count_ += *got;
    return got;
  }

 private:
  std::unique_ptr<ByteSource> raw_;
  size_t& count_;
};

// How much of `file` has been read when `plain_bytes` of it have been returned.
size_t read_ahead(Compression format, const Bytes& file, DecodePool& pool, size_t plain_bytes) {
  size_t count = 0;
  const auto source = make_parallel(
      format, std::make_unique<CountedSource>(std::make_unique<MemorySource>(file), count), pool,
      {});
  Bytes out(plain_bytes);
  size_t given = 0;
  while (given < plain_bytes) {
    const Result<size_t> got = source->read(std::span(out).subspan(given));
    EXPECT_TRUE(got && *got > 0);
    if (!got || *got == 0) break;
    given += *got;
  }
  return count;
}

Bytes noise(size_t size) {
  std::mt19937 random(12);
  Bytes bytes(size);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<uint8_t>(random()); });
  return bytes;
}

TEST(SplitSource, CutsAheadAsFarAsThereAreHelpers) {
  constexpr size_t kPiece = 60'000;
  constexpr size_t kFew = size_t{800} << 10;  // one segment and what is read at once
  const Bytes plain = noise(6'000'000);
  DecodePool none(0);
  DecodePool three(3);
  const std::vector<std::pair<Compression, Bytes>> files = {
      {Compression::kGzip, testing::bgzf(plain, kPiece)},
      {Compression::kGzip, testing::gzip_members(plain, kPiece)},
      {Compression::kZstd, testing::zstd_frames(plain, kPiece, {})},
      {Compression::kZstd, pzstd(plain, kPiece)},
      {Compression::kLz4, testing::lz4_frame(plain, kPiece, {})},
      {Compression::kLz4, lz4_frames(plain, kPiece, {.independent = false})}};
  for (const auto& [format, file] : files) {
    EXPECT_LT(read_ahead(format, file, none, kPiece + 1), kFew) << word_of(format);
    EXPECT_GT(read_ahead(format, file, three, kPiece + 1), 2 * kFew) << word_of(format);
  }
}

// Most files cannot be cut, and must not cost more than before.
TEST(SplitSource, WhatCantBeCutIsReadNoFartherAhead) {
  constexpr size_t kBlock = size_t{128} << 10;
  const Bytes plain = noise(3'000'000);
  DecodePool three(3);
  EXPECT_EQ(read_ahead(Compression::kGzip, testing::compress(Compression::kGzip, plain), three, 1),
            kBlock);
  // Far larger than the limit, according to its header.
  const Bytes large = testing::zstd_frames(Bytes(30'000'000) + plain, 40'000'000, {});
  EXPECT_EQ(read_ahead(Compression::kZstd, large, three, 1), kBlock);
}

TEST(SplitSource, MemoryIsBounded) {
  constexpr size_t kMemory = size_t{24} << 20;
  const Bytes member = testing::bgzf(noise(60'000), 60'000);
  Bytes file;
  for (int i = 0; i < 700; ++i) file.insert(file.end(), member.begin(), member.end());
  DecodePool pool(50, 1, kMemory);
  const size_t ahead = read_ahead(Compression::kGzip, file, pool, 1);
  EXPECT_LT(ahead, kMemory / 2);  // the plain bytes are as many
  EXPECT_GT(ahead, kMemory / 10);
}

}  // namespace
}  // namespace gophercap::io
