#include "io/compress/compressing_sink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "io/open.h"
#include "testing/memory_sink.h"
#include "testing/memory_source.h"
#include "testing/read_all.h"

namespace gophercap::io {
namespace {

using Bytes = std::vector<uint8_t>;
using testing::MemorySink;
using testing::SinkContent;

constexpr std::array kBoth = {Compression::kGzip, Compression::kZstd};

// A third of it is noise.
Bytes counted_bytes(size_t size) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<uint8_t>(i % 3000 < 1000 ? i * i / 7 * 2'654'435'761 >> 24 : i / 1000);
  return bytes;
}

std::unique_ptr<ByteSink> sink_to(std::unique_ptr<ByteSink> below, Compression compression,
                                  unsigned workers = 2) {
  Result<std::unique_ptr<ByteSink>> sink =
      make_compressing_sink(std::move(below), compression, kFastLevel, workers);
  EXPECT_TRUE(sink);
  return *std::move(sink);
}

// Decompresses as far as possible; the beginning of an unfinished file ends with a fault.
Bytes decompressed(const Bytes& bytes) {
  Result<Input> input = decode(std::make_unique<testing::MemorySource>(bytes));
  EXPECT_TRUE(input);
  return testing::read_all(*input->source).bytes;
}

TEST(CompressingSink, WhatComesOutDoesNotDependOnWorkersOrPieces) {
  const Bytes plain = counted_bytes(1'300'000);
  for (const Compression compression : kBoth) {
    Bytes expected;
    for (const unsigned workers : {1U, 3U}) {
      for (const size_t piece : {plain.size(), size_t{10'007}}) {
        SinkContent out;
        const auto sink = sink_to(std::make_unique<MemorySink>(out), compression, workers);
        for (size_t at = 0; at < plain.size(); at += piece)
          ASSERT_TRUE(
              sink->write(std::span(plain).subspan(at, std::min(piece, plain.size() - at))));
        EXPECT_EQ(sink->published_bytes(), 0U);
        ASSERT_TRUE(sink->commit());
        EXPECT_TRUE(out.committed);
        EXPECT_EQ(sink->published_bytes(), plain.size());
        if (expected.empty()) expected = out.bytes;
        EXPECT_TRUE(out.bytes == expected);
      }
    }
    EXPECT_LT(expected.size(), plain.size() / 2);
    EXPECT_TRUE(decompressed(expected) == plain);
  }
}

TEST(CompressingSink, WithoutCommitNothingIsCompleted) {
  SinkContent out;
  {
    const auto sink = sink_to(std::make_unique<MemorySink>(out), Compression::kZstd);
    ASSERT_TRUE(sink->write(counted_bytes(5'000'000)));
  }
  EXPECT_FALSE(out.committed);
}

// A pipe whose reader exits: what it has taken can be decompressed and equals what is reported as
// published.
TEST(CompressingSink, PublishedBytesCanBeDecompressed) {
  const Bytes plain = counted_bytes(12'000'000);
  for (const Compression compression : kBoth) {
    SinkContent out;
    const auto sink = sink_to(std::make_unique<MemorySink>(out, true, 2'000'000), compression);
    size_t at = 0;
    Result<> written;
    for (; written && at < plain.size(); at += 100'000) {
      written = sink->write(std::span(plain).subspan(at, 100'000));
      EXPECT_LE(sink->published_bytes(), at + 100'000);
    }
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::kNoSpace);
    EXPECT_EQ(written.error().what, "memory: full");
    EXPECT_GT(sink->published_bytes(), 2'000'000U);
    const Bytes taken = decompressed(out.bytes);
    ASSERT_EQ(taken.size(), sink->published_bytes());
    EXPECT_TRUE(std::equal(taken.begin(), taken.end(), plain.begin()));
    EXPECT_FALSE(sink->write(std::span(plain).first(1)));
    EXPECT_FALSE(sink->commit());
    EXPECT_FALSE(out.committed);
  }
}

TEST(CompressingSink, WhatEndsWithTheLastBlockMayFailToo) {
  for (const Compression compression : kBoth) {
    SinkContent out;
    const auto sink = sink_to(std::make_unique<MemorySink>(out, false, 10), compression);
    ASSERT_TRUE(sink->write(counted_bytes(1000)));
    EXPECT_EQ(sink->commit().error().code, Errc::kNoSpace);
    EXPECT_EQ(sink->commit().error().code, Errc::kNoSpace);
    EXPECT_FALSE(out.committed);
  }
}

}  // namespace
}  // namespace gophercap::io
