// The stretches between checkpoints add up to the stream, with any number of helpers.
#include "io/parallel/stretch_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/open.h"
#include "io/parallel/decode_pool.h"
#include "testing/checkpoints.h"
#include "testing/compress.h"
#include "testing/memory_source.h"
#include "testing/read_all.h"

namespace gophercap::io {
namespace {

using Bytes = std::vector<uint8_t>;
using testing::MemorySource;
using testing::read_all;
using testing::ReadAll;

// Bytes in memory and the checkpoints that were found in them.
struct Stored {
  Compression compression = Compression::kGzip;
  Bytes bytes;
  std::vector<Checkpoint> places;
  uint64_t broken_from = UINT64_MAX;  // checkpoints after this offset cannot be read
};

class MemoryStream final : public CheckpointedStream {
 public:
  explicit MemoryStream(const Stored& stored) : stored_(stored) {}

  Result<std::optional<Checkpoint>> checkpoint_behind(uint64_t plain_offset) override {
    if (plain_offset >= stored_.broken_from) return Error{Errc::kCorrupt, 0, "no index"};
    for (const Checkpoint& place : stored_.places)
      if (place.plain_offset > plain_offset) return std::optional(place);
    return std::optional<Checkpoint>();
  }

  Result<std::unique_ptr<ByteSource>> open_at(Checkpoint checkpoint, DecodePool* pool) override {
    const auto from =
        static_cast<size_t>(std::min<uint64_t>(checkpoint.stored_offset, stored_.bytes.size()));
    Bytes rest(stored_.bytes.begin() + static_cast<ptrdiff_t>(from), stored_.bytes.end());
    return decode_from(std::move(checkpoint), stored_.compression,
                       std::make_unique<MemorySource>(std::move(rest)), pool);
  }

 private:
  const Stored& stored_;
};

Stored stored_of(Compression compression, Bytes bytes, uint64_t spacing) {
  testing::Collected places(spacing);
  Result<Input> input = decode(std::make_unique<MemorySource>(bytes), nullptr, &places);
  EXPECT_TRUE(input);
  (void)read_all(*input->source);
  return {compression, std::move(bytes), std::move(places.all)};
}

ReadAll read_stretches(const Stored& stored, const Checkpoint& first, uint64_t end,
                       DecodePool* pool, size_t out_size = size_t{64} << 10) {
  StretchSource source(std::make_unique<MemoryStream>(stored), first, end, pool);
  return read_all(source, out_size);
}

void expect_same(const Stored& stored, const Checkpoint& first, uint64_t end, const Bytes& expected,
                 const std::optional<Error>& fault) {
  const auto check = [&](DecodePool* pool, size_t out_size) {
    const ReadAll got = read_stretches(stored, first, end, pool, out_size);
    const std::string what = "helpers " + std::to_string(pool != nullptr ? pool->helpers() : 0) +
                             ", from " + std::to_string(first.plain_offset);
    EXPECT_EQ(got.fault ? got.fault->what : "", fault ? fault->what : "") << what;
    EXPECT_TRUE(got.bytes == expected)
        << what << ": " << got.bytes.size() << " bytes of " << expected.size();
  };
  check(nullptr, 1000);
  for (const unsigned helpers : {0U, 1U, 3U}) {
    DecodePool pool(helpers);
    check(&pool, size_t{64} << 10);
    check(&pool, 777);
    DecodePool without_memory(helpers, 1, 0);
    check(&without_memory, size_t{1} << 20);
  }
}

class StretchSourceOf : public ::testing::TestWithParam<int> {
 protected:
  static constexpr size_t kSize = 2'000'000;
  const Bytes plain_ = testing::mixed_bytes(kSize, 5);
  const Stored stored_ = make(GetParam());

  Stored make(int kind) const {
    if (kind == 0)
      return stored_of(Compression::kGzip, testing::gzip_in_blocks(plain_, 30'000), 100'000);
    Bytes bytes;  // several members, or frames
    const Compression compression = kind == 1 ? Compression::kGzip : Compression::kZstd;
    for (size_t at = 0; at < plain_.size(); at += 70'000) {
      const Bytes part(
          plain_.begin() + static_cast<ptrdiff_t>(at),
          plain_.begin() + static_cast<ptrdiff_t>(std::min(at + 70'000, plain_.size())));
      const Bytes packed = testing::compress(compression, part);
      bytes.insert(bytes.end(), packed.begin(), packed.end());
    }
    return stored_of(compression, std::move(bytes), 100'000);
  }
  Bytes plain_from(uint64_t from, uint64_t to) const {
    return {plain_.begin() + static_cast<ptrdiff_t>(from),
            plain_.begin() + static_cast<ptrdiff_t>(to)};
  }
};
INSTANTIATE_TEST_SUITE_P(Kinds, StretchSourceOf, ::testing::Values(0, 1, 2));

TEST_P(StretchSourceOf, GivesTheBytesOfTheStream) {
  ASSERT_GE(stored_.places.size(), 10u);
  expect_same(stored_, {}, kSize, plain_, std::nullopt);
  const Checkpoint& inside = stored_.places[4];
  expect_same(stored_, inside, kSize, plain_from(inside.plain_offset, kSize), std::nullopt);
  const Checkpoint& last = stored_.places.back();
  expect_same(stored_, last, kSize, plain_from(last.plain_offset, kSize), std::nullopt);
}

TEST_P(StretchSourceOf, EndsWhereItIsTold) {
  const uint64_t at_a_place = stored_.places[7].plain_offset;
  for (const uint64_t end : {uint64_t{1}, at_a_place - 1, at_a_place, at_a_place + 1})
    expect_same(stored_, {}, end, plain_from(0, end), std::nullopt);
  expect_same(stored_, {}, 0, {}, std::nullopt);
  // Beyond the end of the stream, which ends first.
  expect_same(stored_, {}, kSize + 1'000'000, plain_, std::nullopt);
}

TEST_P(StretchSourceOf, DamageIsFoundAndTheSameWithAnyHelp) {
  for (const size_t place : {1u, 5u, 9u}) {
    // Inside a stretch, and in the checksum of the frame before it.
    const int64_t checksum = GetParam() == 1 ? -5 : -1;
    for (const int64_t at : {int64_t{300}, checksum}) {
      if (at < 0 && GetParam() == 0) continue;  // one member has one
      Stored damaged = stored_;
      damaged.bytes[static_cast<size_t>(static_cast<int64_t>(damaged.places[place].stored_offset) +
                                        at)] ^= 0x55;
      const ReadAll alone = read_stretches(damaged, {}, kSize, nullptr);
      EXPECT_TRUE(alone.fault) << place << ' ' << at;
      expect_same(damaged, {}, kSize, alone.bytes, alone.fault);
    }
  }
}

// Wrong bytes that can be decoded.
TEST(StretchSource, AWrongByteInsideAMemberIsFoundAtTheNextCheckpoint) {
  const Bytes plain = testing::mixed_bytes(900'000, 6);
  const Stored stored = stored_of(Compression::kGzip, testing::gzip_stored(plain, 20'000), 100'000);
  ASSERT_GE(stored.places.size(), 5u);
  Stored changed = stored;
  const uint64_t at = stored.places[2].plain_offset + 50'000;
  changed.bytes[stored.places[2].stored_offset + 50'000] ^= 1;
  const ReadAll alone = read_stretches(changed, {}, plain.size(), nullptr);
  ASSERT_TRUE(alone.fault);
  EXPECT_EQ(alone.fault->code, Errc::kCorrupt);
  EXPECT_GT(alone.bytes.size(), at);
  EXPECT_EQ(alone.bytes.size(), stored.places[3].plain_offset);
  expect_same(changed, {}, plain.size(), alone.bytes, alone.fault);
}

TEST_P(StretchSourceOf, ACutIsTheSameWithAnyHelp) {
  for (const size_t place : {2u, 6u}) {
    Stored cut = stored_;
    cut.bytes.resize(cut.places[place].stored_offset + 100);
    const ReadAll alone = read_stretches(cut, {}, kSize, nullptr);
    EXPECT_TRUE(alone.fault || alone.bytes.size() < kSize);
    expect_same(cut, {}, kSize, alone.bytes, alone.fault);
  }
}

TEST_P(StretchSourceOf, AnIndexThatBreaksIsAFaultBehindWhatItLedTo) {
  Stored broken = stored_;
  broken.broken_from = broken.places[6].plain_offset;
  expect_same(broken, {}, kSize, plain_from(0, broken.places[6].plain_offset),
              Error{Errc::kCorrupt, 0, "no index"});
}

// If the index is wrong about a place, bytes would be left out or come twice. No bytes after such a
// place are returned.
TEST_P(StretchSourceOf, APlaceThatIsNotWhereItIsSaidIsAFault) {
  const auto wrong = [&](const auto& change) {
    Stored stored = stored_;
    Checkpoint& place = stored.places[stored.places.size() / 2];
    const uint64_t right = place.plain_offset;
    change(place);
    for (const unsigned helpers : {0U, 2U}) {
      DecodePool pool(helpers);
      const ReadAll got = read_stretches(stored, {}, kSize, &pool);
      EXPECT_TRUE(got.fault);
      EXPECT_LE(got.bytes.size(), right + 1000);
    }
  };
  wrong([](Checkpoint& place) { place.plain_offset += 1000; });
  wrong([](Checkpoint& place) { place.plain_offset -= 1000; });
  wrong([&](Checkpoint& place) { place.stored_offset = stored_.places[0].stored_offset; });
  if (!stored_.places[0].inside_member) return;
  wrong([](Checkpoint& place) { place.member_crc ^= 1; });
  wrong([](Checkpoint& place) { place.member_size += 100'000'000; });
}

TEST_P(StretchSourceOf, CanBeLeftInTheMiddle) {
  DecodePool pool(3);
  for (int i = 0; i < 20; ++i) {
    StretchSource source(std::make_unique<MemoryStream>(stored_), {}, kSize, &pool);
    const ReadAll some = read_all(source, 1000, 100'000 * static_cast<size_t>(i % 7));
    EXPECT_FALSE(some.fault);
  }
}

TEST(StretchSource, PlacesThatDoNotGoForwardAreAFault) {
  class Standing final : public CheckpointedStream {
    Result<std::optional<Checkpoint>> checkpoint_behind(uint64_t plain_offset) override {
      return std::optional(Checkpoint{.plain_offset = plain_offset});
    }
    Result<std::unique_ptr<ByteSource>> open_at(Checkpoint, DecodePool*) override {
      return std::unique_ptr<ByteSource>(std::make_unique<MemorySource>(Bytes(10)));
    }
  };
  DecodePool pool(1);
  StretchSource source(std::make_unique<Standing>(), {}, 100, &pool);
  const ReadAll got = read_all(source);
  ASSERT_TRUE(got.fault);
  EXPECT_EQ(got.fault->code, Errc::kCorrupt);
  EXPECT_TRUE(got.bytes.empty());
}

// Stretches that are too long for decoding ahead are read in steps, still in order.
TEST(StretchSource, LongStretchesAreNotDecodedAhead) {
  constexpr uint64_t kLong = StretchSource::kMostAhead + 1;
  // Its bytes are the number of their stretch.
  class Numbered final : public CheckpointedStream {
    Result<std::optional<Checkpoint>> checkpoint_behind(uint64_t plain_offset) override {
      for (const uint64_t place : {uint64_t{10}, uint64_t{20}, 20 + kLong, 30 + kLong})
        if (place > plain_offset) return std::optional(Checkpoint{.plain_offset = place});
      return std::optional<Checkpoint>();
    }
    Result<std::unique_ptr<ByteSource>> open_at(Checkpoint from, DecodePool*) override {
      const auto number = static_cast<uint8_t>(from.plain_offset % 251);
      TRY(const std::optional<Checkpoint> next, checkpoint_behind(from.plain_offset));
      const uint64_t size = next ? next->plain_offset - from.plain_offset : 100;
      return std::unique_ptr<ByteSource>(
          std::make_unique<MemorySource>(Bytes(static_cast<size_t>(size), number)));
    }
  };
  Bytes expected(10, 0);
  for (const auto& [begin, size] :
       {std::pair<uint64_t, size_t>{10, 10}, {20, kLong}, {20 + kLong, 10}, {30 + kLong, 5}})
    expected.insert(expected.end(), size, static_cast<uint8_t>(begin % 251));
  for (const unsigned helpers : {0U, 2U}) {
    DecodePool pool(helpers);
    StretchSource source(std::make_unique<Numbered>(), {}, 35 + kLong, &pool);
    const ReadAll got = read_all(source, size_t{1} << 20);
    EXPECT_FALSE(got.fault);
    EXPECT_TRUE(got.bytes == expected);
  }
}

}  // namespace
}  // namespace gophercap::io
