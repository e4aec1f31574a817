#include "io/compress/parallel_compressor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/bytes.h"
#include "io/codec/gzip_source.h"
#include "io/codec/zstd_source.h"
#include "testing/memory_source.h"
#include "testing/read_all.h"

namespace gophercap::io {
namespace {

using Bytes = std::vector<uint8_t>;

// Half of it can be compressed.
Bytes mixture(size_t size) {
  std::mt19937 random(7);
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<uint8_t>((i / 4096) % 2 == 0 ? random() : i / 64);
  return bytes;
}

Bytes decompress(Compression compression, const Bytes& compressed) {
  auto raw = std::make_unique<testing::MemorySource>(compressed);
  const auto source = compression == Compression::kGzip ? make_gzip_source(std::move(raw))
                                                        : make_zstd_source(std::move(raw));
  testing::ReadAll all = testing::read_all(*source);
  if (all.fault) ADD_FAILURE() << all.fault->what;
  return all.bytes;
}

ParallelCompressor::Write into(Bytes& out) {
  return [&out](std::span<const uint8_t> bytes) -> Result<> {
    out.insert(out.end(), bytes.begin(), bytes.end());
    return {};
  };
}

std::unique_ptr<ParallelCompressor> compressor_of(Compression compression, unsigned workers,
                                                  const CompressionLevel& level = kFastLevel) {
  Result<std::unique_ptr<ParallelCompressor>> compressor =
      ParallelCompressor::make(compression, level, workers);
  EXPECT_TRUE(compressor);
  return *std::move(compressor);
}

Bytes compress(ParallelCompressor& compressor, const Bytes& plain, size_t piece) {
  Bytes out;
  compressor.begin(into(out));
  for (size_t at = 0; at < plain.size(); at += piece)
    EXPECT_TRUE(
        compressor.append(std::span(plain).subspan(at, std::min(piece, plain.size() - at))));
  EXPECT_TRUE(compressor.finish());
  return out;
}

TEST(ParallelCompressor, SameBytesForAnyThreadsAndPieces) {
  const Bytes plain = mixture(3'000'000);
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    const auto one = compressor_of(compression, 1);
    const Bytes expected = compress(*one, plain, plain.size());
    EXPECT_LT(expected.size(), plain.size() * 6 / 10);
    EXPECT_EQ(decompress(compression, expected), plain);
    const auto four = compressor_of(compression, 4);
    for (const size_t piece : {size_t{1'000'003}, size_t{65'280}, size_t{4096}, size_t{777}})
      EXPECT_EQ(compress(*four, plain, piece), expected) << piece;
  }
}

TEST(ParallelCompressor, FilesOfAllSizesOneAfterAnother) {
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    const auto compressor = compressor_of(compression, 2);
    for (const size_t size : {0U, 1U, 65'279U, 65'280U, 65'281U, 524'288U, 524'289U, 1'400'000U}) {
      const Bytes plain = mixture(size);
      const Bytes compressed = compress(*compressor, plain, 50'000);
      EXPECT_FALSE(compressed.empty());
      EXPECT_EQ(decompress(compression, compressed), plain) << size;
    }
  }
}

TEST(ParallelCompressor, EveryLevel) {
  const Bytes plain = mixture(200'000);
  for (int level = 1; level <= kLargestGzipLevel; ++level) {
    const auto compressor = compressor_of(Compression::kGzip, 2, {level, 1});
    EXPECT_EQ(decompress(Compression::kGzip, compress(*compressor, plain, 70'000)), plain) << level;
  }
  for (const int level : {1, 3, kLargestZstdLevel}) {
    const auto compressor = compressor_of(Compression::kZstd, 2, {1, level});
    EXPECT_EQ(decompress(Compression::kZstd, compress(*compressor, plain, 70'000)), plain) << level;
  }
}

// Members of up to 64 KiB that say how long they are, and an empty one at the end: BGZF.
TEST(ParallelCompressor, GzipIsBgzf) {
  std::mt19937 random(1);
  Bytes plain(200'000);  // nothing in it can be compressed
  for (uint8_t& byte : plain) byte = static_cast<uint8_t>(random());
  for (const int level : {1, 6}) {
    const auto compressor = compressor_of(Compression::kGzip, 2, {level, 1});
    const Bytes compressed = compress(*compressor, plain, 9999);
    EXPECT_EQ(decompress(Compression::kGzip, compressed), plain);
    size_t at = 0;
    size_t members = 0;
    size_t last = 0;
    while (at + 18 <= compressed.size()) {
      EXPECT_EQ(compressed[at + 12], 'B');
      EXPECT_EQ(compressed[at + 13], 'C');
      last = size_t{load_le16(&compressed[at + 16])} + 1;
      at += last;
      ++members;
    }
    EXPECT_EQ(at, compressed.size());
    EXPECT_EQ(last, 28u);
    EXPECT_EQ(members, 5u);
  }
}

TEST(ParallelCompressor, HolesAreZerosAndCheap) {
  constexpr uint64_t kHole = uint64_t{3} << 30;
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    const auto compressor = compressor_of(compression, 2);
    const Bytes front = mixture(100'000);
    Bytes out;
    compressor->begin(into(out));
    ASSERT_TRUE(compressor->append(front));
    ASSERT_TRUE(compressor->append_zeros(1'000'001));
    ASSERT_TRUE(compressor->append(front));
    ASSERT_TRUE(compressor->append_zeros(5));
    ASSERT_TRUE(compressor->finish());
    Bytes expected = front;
    expected.resize(expected.size() + 1'000'001);
    expected.insert(expected.end(), front.begin(), front.end());
    expected.resize(expected.size() + 5);
    EXPECT_EQ(decompress(compression, out), expected);

    uint64_t written = 0;
    compressor->begin([&](std::span<const uint8_t> bytes) -> Result<> {
      written += bytes.size();
      return {};
    });
    ASSERT_TRUE(compressor->append_zeros(kHole));
    ASSERT_TRUE(compressor->finish());
    EXPECT_LT(written, kHole / 200);
  }
}

TEST(ParallelCompressor, AFailedWriteEndsTheFileNotThePacker) {
  const Bytes plain = mixture(2'000'000);
  const auto compressor = compressor_of(Compression::kGzip, 3);
  compressor->begin([](std::span<const uint8_t>) -> Result<> {
    return Error{Errc::kNoSpace, 0, "disk full"};
  });
  Result<> appended = compressor->append(plain);
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().what, "disk full");
  compressor->abandon();
  EXPECT_EQ(decompress(Compression::kGzip, compress(*compressor, plain, 12'345)), plain);
}

}  // namespace
}  // namespace gophercap::io
