#include "io/codec/input_block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "testing/failing_source.h"
#include "testing/memory_source.h"

namespace gophercap::io {
namespace {

using testing::MemorySource;
using Bytes = std::vector<uint8_t>;

constexpr size_t kBlock = size_t{128} << 10;

Bytes numbered(size_t size) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i ^ i >> 8 ^ i >> 16);
  return bytes;
}

// The ends of the input chunks that a decoder sees if it begins at `offset`.
std::vector<size_t> ends_seen_from(const Bytes& input, size_t offset) {
  InputBlock in(std::make_unique<MemorySource>(input, 3000));
  Bytes consumed;
  while (consumed.size() < offset + 1'000) {
    EXPECT_TRUE(in.peek(1));
    consumed.insert(consumed.end(), in.bytes().begin(), in.bytes().end());
    in.advance(static_cast<ptrdiff_t>(in.bytes().size()));
  }
  in.put_back(std::span(consumed).subspan(offset));
  std::vector<size_t> ends;
  size_t at = offset;
  while (true) {
    const Result<std::span<uint8_t>> bytes = in.peek(1);
    if (!bytes || bytes->empty()) return ends;
    EXPECT_TRUE(
        std::equal(bytes->begin(), bytes->end(), input.begin() + static_cast<ptrdiff_t>(at)));
    at += bytes->size();
    ends.push_back(at);
    in.advance(static_cast<ptrdiff_t>(bytes->size()));
  }
}

TEST(InputBlock, WhatIsSeenAtOnceEndsAtTheSamePlacesWhereverOneBegins) {
  const Bytes input = numbered(3 * kBlock + 500);
  for (const size_t offset : {size_t{0}, size_t{1}, size_t{77'000}, kBlock - 1, kBlock}) {
    const std::vector<size_t> ends = ends_seen_from(input, offset);
    std::vector<size_t> expected = {kBlock, 2 * kBlock, 3 * kBlock, input.size()};
    if (offset == kBlock) expected.erase(expected.begin());
    EXPECT_EQ(ends, expected) << offset;
  }
}

TEST(InputBlock, PeekLooksAcrossTheEndOfABlock) {
  const Bytes input = numbered(2 * kBlock);
  InputBlock in(std::make_unique<MemorySource>(input));
  ASSERT_TRUE(in.peek(1));
  in.advance(static_cast<ptrdiff_t>(kBlock - 10));
  const Result<std::span<uint8_t>> bytes = in.peek(64);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->size(), kBlock + 10);
  EXPECT_EQ((*bytes)[63], input[kBlock - 10 + 63]);
}

TEST(InputBlock, GivesBackAnyNumberOfTimesWhatItIsGiven) {
  const Bytes input = numbered(700'000);
  InputBlock in(std::make_unique<MemorySource>(input, 10'000));
  std::mt19937 random(1);
  size_t at = 0;
  while (at < input.size()) {
    const Result<std::span<uint8_t>> bytes = in.peek(1);
    ASSERT_TRUE(bytes);
    ASSERT_FALSE(bytes->empty());
    const size_t count = std::min<size_t>(1 + random() % 90'000, bytes->size());
    ASSERT_TRUE(std::equal(bytes->begin(), bytes->begin() + static_cast<ptrdiff_t>(count),
                           input.begin() + static_cast<ptrdiff_t>(at)))
        << at;
    in.advance(static_cast<ptrdiff_t>(count));
    at += count;
    const size_t back = std::min<size_t>(at, random() % 3 == 0 ? random() % 120'000 : 0);
    at -= back;
    if (back > 0) in.put_back(std::span(input).subspan(at, back));
  }
  EXPECT_TRUE(in.peek(1)->empty());
}

TEST(InputBlock, AFaultStaysBehindWhatIsPutBack) {
  const Bytes input = numbered(1'000);
  InputBlock in(std::make_unique<testing::FailingSource>(input, 600, Error{Errc::kIo, 5, "disk"}));
  ASSERT_TRUE(in.peek(1));
  EXPECT_EQ(in.bytes().size(), 600U);
  in.advance(600);
  EXPECT_FALSE(in.peek(1));
  in.put_back(std::span(input).subspan(100, 500));
  ASSERT_TRUE(in.peek(1));
  EXPECT_EQ(in.bytes().size(), 500U);
  in.advance(500);
  const Result<std::span<uint8_t>> end = in.peek(1);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().what, "disk");
}

}  // namespace
}  // namespace gophercap::io
