// Decoding from each checkpoint gives the same bytes as decoding from the beginning.
#include "io/codec/checkpoint.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "io/open.h"
#include "io/parallel/decode_pool.h"
#include "testing/checkpoints.h"
#include "testing/compress.h"
#include "testing/memory_source.h"
#include "testing/read_all.h"

namespace {

bool refuse_windows = false;

}  // namespace

// Overrides the library's function, which accepts every window of ours.
extern "C" int isal_inflate_set_dict(inflate_state* state, uint8_t* dict, uint32_t size) {
  using SetDict = int (*)(inflate_state*, uint8_t*, uint32_t);
  static const auto next = reinterpret_cast<SetDict>(::dlsym(RTLD_NEXT, "isal_inflate_set_dict"));
  return refuse_windows ? ISAL_INVALID_STATE : next(state, dict, size);
}

namespace gophercap::io {
namespace {

using Bytes = std::vector<uint8_t>;
using testing::Collected;
using testing::gzip_in_blocks;
using testing::gzip_of;
using testing::gzip_stored;
using testing::MemorySource;
using testing::mixed_bytes;
using testing::read_all;

void expect_all_resume(const Bytes& stored, const Bytes& plain, uint64_t spacing,
                       size_t least_places, DecodePool* pool = nullptr) {
  Collected places(spacing);
  Result<Input> input = decode(std::make_unique<MemorySource>(stored), pool, &places);
  ASSERT_TRUE(input);
  const auto whole = read_all(*input->source);
  ASSERT_FALSE(whole.fault) << whole.fault->what;
  ASSERT_EQ(whole.bytes, plain);
  EXPECT_GE(places.all.size(), least_places);
  for (const Checkpoint& place : places.all) {
    ASSERT_LE(place.plain_offset, plain.size());
    ASSERT_LE(place.stored_offset, stored.size());
    const Bytes rest(stored.begin() + static_cast<ptrdiff_t>(place.stored_offset), stored.end());
    Result<std::unique_ptr<ByteSource>> resumed =
        decode_from(place, input->compression, std::make_unique<MemorySource>(rest, 1000));
    ASSERT_TRUE(resumed);
    const auto tail = read_all(**resumed);
    ASSERT_FALSE(tail.fault) << tail.fault->what << " from " << place.plain_offset;
    ASSERT_TRUE(std::equal(tail.bytes.begin(), tail.bytes.end(),
                           plain.begin() + static_cast<ptrdiff_t>(place.plain_offset), plain.end()))
        << "from " << place.plain_offset << " inside " << place.inside_member;
  }
}

TEST(Checkpoint, ResumesBetweenBlocksOfAGzipMember) {
  const Bytes plain = mixed_bytes(3'000'000, 1);
  expect_all_resume(gzip_in_blocks(plain, 30'000), plain, 50'000, 20);
  expect_all_resume(testing::compress(Compression::kGzip, plain), plain, 50'000, 3);
}

TEST(Checkpoint, ResumesInStoredBlocks) {
  const Bytes plain = mixed_bytes(600'000, 2);
  expect_all_resume(gzip_stored(plain, 20'000), plain, 40'000, 4);
  expect_all_resume(gzip_stored(plain, 65'535), plain, 1, 3);
}

TEST(Checkpoint, ResumesAcrossMembersAndBetweenThem) {
  Bytes stored;
  Bytes plain;
  for (uint32_t member = 0; member < 6; ++member) {
    const Bytes part = mixed_bytes(member == 3 ? 900'000 : 3'000, 10 + member);
    const Bytes packed = testing::compress(Compression::kGzip, part);
    stored.insert(stored.end(), packed.begin(), packed.end());
    plain.insert(plain.end(), part.begin(), part.end());
  }
  expect_all_resume(stored, plain, 1, 6);
}

TEST(Checkpoint, ResumesAtFramesOfZstd) {
  Bytes stored;
  Bytes plain;
  for (uint32_t frame = 0; frame < 5; ++frame) {
    const Bytes part = mixed_bytes(200'000, 20 + frame);
    const Bytes packed = testing::compress(Compression::kZstd, part);
    stored.insert(stored.end(), packed.begin(), packed.end());
    plain.insert(plain.end(), part.begin(), part.end());
  }
  expect_all_resume(stored, plain, 1, 4);
}

// With real sizes: pieces decoded by helpers, between parts for the stream decoder.
TEST(Checkpoint, ResumesWhereHelpersHaveDecoded) {
  DecodePool pool(2);
  Bytes stored;
  Bytes plain;
  for (uint32_t part = 0; part < 6; ++part) {
    const bool whole = part % 3 == 1;  // one member, longer than what is cut
    const Bytes bytes = mixed_bytes(whole ? 9'000'000 : 2'000'000, 30 + part);
    const Bytes packed = whole ? gzip_in_blocks(bytes, 60'000) : testing::bgzf(bytes, 60'000);
    stored.insert(stored.end(), packed.begin(), packed.end());
    plain.insert(plain.end(), bytes.begin(), bytes.end());
  }
  expect_all_resume(stored, plain, 1'500'000, 12, &pool);
  const Bytes frames = testing::zstd_frames(plain, 700'000, {});
  expect_all_resume(frames, plain, 1'500'000, 12, &pool);
  Bytes blocks;
  for (size_t at = 0; at < plain.size(); at += 2'000'000) {
    const size_t count = std::min<size_t>(2'000'000, plain.size() - at);
    const Bytes frame = testing::lz4_frame(std::span(plain).subspan(at, count), 60'000, {});
    blocks.insert(blocks.end(), frame.begin(), frame.end());
  }
  expect_all_resume(blocks, plain, 1'500'000, 5, &pool);
  expect_all_resume(blocks, plain, 1'500'000, 10);
}

TEST(Checkpoint, DamageBehindACheckpointIsFound) {
  const Bytes plain = mixed_bytes(600'000, 4);
  const Bytes stored = gzip_in_blocks(plain, 50'000);
  Collected places(100'000);
  Result<Input> input = decode(std::make_unique<MemorySource>(stored), nullptr, &places);
  ASSERT_TRUE(input);
  ASSERT_FALSE(read_all(*input->source).fault);
  ASSERT_FALSE(places.all.empty());
  Checkpoint place = places.all.front();
  // The checksum continues from that of the checkpoint.
  place.member_crc ^= 1;
  const Bytes rest(stored.begin() + static_cast<ptrdiff_t>(place.stored_offset), stored.end());
  auto resumed = decode_from(place, Compression::kGzip, std::make_unique<MemorySource>(rest));
  ASSERT_TRUE(resumed);
  const auto tail = read_all(**resumed);
  ASSERT_TRUE(tail.fault);
  EXPECT_EQ(tail.fault->code, Errc::kCorrupt);
}

// If the window is rejected, nothing is decoded.
TEST(Checkpoint, AWindowThatIsNotTakenGivesNoBytes) {
  const Bytes plain = mixed_bytes(300'000, 6);
  const Bytes stored = gzip_stored(plain, 20'000);
  Collected places(100'000);
  Result<Input> input = decode(std::make_unique<MemorySource>(stored), nullptr, &places);
  ASSERT_TRUE(input);
  ASSERT_FALSE(read_all(*input->source).fault);
  ASSERT_FALSE(places.all.empty());
  const Checkpoint& place = places.all.front();
  ASSERT_TRUE(place.inside_member);
  const Bytes rest(stored.begin() + static_cast<ptrdiff_t>(place.stored_offset), stored.end());
  for (const bool refused : {true, false}) {
    refuse_windows = refused;
    auto resumed = decode_from(place, Compression::kGzip, std::make_unique<MemorySource>(rest));
    refuse_windows = false;
    ASSERT_TRUE(resumed);
    const auto tail = read_all(**resumed);
    ASSERT_EQ(tail.fault.has_value(), refused);
    EXPECT_EQ(tail.bytes.empty(), refused);
    if (refused) {
      EXPECT_EQ(tail.fault->code, Errc::kCorrupt);
    }
  }
}

TEST(Checkpoint, HostileOnesDecodeToRubbishOrFail) {
  const Bytes plain = mixed_bytes(300'000, 5);
  const Bytes stored = testing::compress(Compression::kGzip, plain);
  std::mt19937 random(6);
  for (int round = 0; round < 300; ++round) {
    Checkpoint place{.plain_offset = random(),
                     .stored_offset = 0,
                     .inside_member = true,
                     .used_bits = static_cast<uint8_t>(random() % 8),
                     .member_crc = static_cast<uint32_t>(random()),
                     .member_size = static_cast<uint32_t>(random()),
                     .window = mixed_bytes(random() % (Checkpoint::kMostWindow + 1),
                                           static_cast<uint32_t>(round))};
    const Bytes rest(stored.begin() + static_cast<ptrdiff_t>(random() % stored.size()),
                     stored.end());
    auto resumed = decode_from(place, Compression::kGzip, std::make_unique<MemorySource>(rest));
    ASSERT_TRUE(resumed);
    EXPECT_LT(read_all(**resumed, 64 << 10, 10 << 20).bytes.size(), size_t{11} << 20);
  }
  EXPECT_FALSE(decode_from({.inside_member = true}, Compression::kZstd,
                           std::make_unique<MemorySource>(stored)));
  EXPECT_FALSE(decode_from({.inside_member = true, .used_bits = 8}, Compression::kGzip,
                           std::make_unique<MemorySource>(stored)));
  EXPECT_FALSE(decode_from({.inside_member = true, .window = Bytes(Checkpoint::kMostWindow + 1)},
                           Compression::kGzip, std::make_unique<MemorySource>(stored)));
}

}  // namespace
}  // namespace gophercap::io
