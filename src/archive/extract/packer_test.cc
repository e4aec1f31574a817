#include "archive/extract/packer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/bytes.h"
#include "io/codec/gzip_source.h"
#include "io/codec/zstd_source.h"
#include "testing/memory_source.h"
#include "testing/read_all.h"

namespace gophercap::archive {
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

Bytes unpack(Packing packing, const Bytes& packed) {
  auto raw = std::make_unique<testing::MemorySource>(packed);
  const auto source = packing == Packing::kGzip ? io::make_gzip_source(std::move(raw))
                                                : io::make_zstd_source(std::move(raw));
  testing::ReadAll all = testing::read_all(*source);
  if (all.fault) ADD_FAILURE() << all.fault->what;
  return all.bytes;
}

Packer::Write into(Bytes& out) {
  return [&out](std::span<const uint8_t> bytes) -> Result<> {
    out.insert(out.end(), bytes.begin(), bytes.end());
    return {};
  };
}

std::unique_ptr<Packer> packer_of(Packing packing, unsigned workers,
                                  const Level& level = kFastLevel) {
  Result<std::unique_ptr<Packer>> packer = Packer::make(packing, level, workers);
  EXPECT_TRUE(packer);
  return *std::move(packer);
}

Bytes pack(Packer& packer, const Bytes& plain, size_t piece) {
  Bytes out;
  packer.begin(into(out));
  for (size_t at = 0; at < plain.size(); at += piece)
    EXPECT_TRUE(packer.append(std::span(plain).subspan(at, std::min(piece, plain.size() - at))));
  EXPECT_TRUE(packer.finish());
  return out;
}

TEST(Packer, SameBytesForAnyThreadsAndPieces) {
  const Bytes plain = mixture(3'000'000);
  for (const Packing packing : {Packing::kGzip, Packing::kZstd}) {
    const auto one = packer_of(packing, 1);
    const Bytes expected = pack(*one, plain, plain.size());
    EXPECT_LT(expected.size(), plain.size() * 6 / 10);
    EXPECT_EQ(unpack(packing, expected), plain);
    const auto four = packer_of(packing, 4);
    for (const size_t piece : {size_t{1'000'003}, size_t{65'280}, size_t{4096}, size_t{777}})
      EXPECT_EQ(pack(*four, plain, piece), expected) << piece;
  }
}

TEST(Packer, FilesOfAllSizesOneAfterAnother) {
  for (const Packing packing : {Packing::kGzip, Packing::kZstd}) {
    const auto packer = packer_of(packing, 2);
    for (const size_t size : {0U, 1U, 65'279U, 65'280U, 65'281U, 524'288U, 524'289U, 1'400'000U}) {
      const Bytes plain = mixture(size);
      const Bytes packed = pack(*packer, plain, 50'000);
      EXPECT_FALSE(packed.empty());
      EXPECT_EQ(unpack(packing, packed), plain) << size;
    }
  }
}

TEST(Packer, EveryLevel) {
  const Bytes plain = mixture(200'000);
  for (int level = 1; level <= kLargestGzipLevel; ++level) {
    const auto packer = packer_of(Packing::kGzip, 2, {level, 1});
    EXPECT_EQ(unpack(Packing::kGzip, pack(*packer, plain, 70'000)), plain) << level;
  }
  for (const int level : {1, 3, kLargestZstdLevel}) {
    const auto packer = packer_of(Packing::kZstd, 2, {1, level});
    EXPECT_EQ(unpack(Packing::kZstd, pack(*packer, plain, 70'000)), plain) << level;
  }
}

// Members of up to 64 KiB that say how long they are, and an empty one at the end: BGZF.
TEST(Packer, GzipIsBgzf) {
  std::mt19937 random(1);
  Bytes plain(200'000);  // nothing in it can be compressed
  for (uint8_t& byte : plain) byte = static_cast<uint8_t>(random());
  for (const int level : {1, 6}) {
    const auto packer = packer_of(Packing::kGzip, 2, {level, 1});
    const Bytes packed = pack(*packer, plain, 9999);
    EXPECT_EQ(unpack(Packing::kGzip, packed), plain);
    size_t at = 0;
    size_t members = 0;
    size_t last = 0;
    while (at + 18 <= packed.size()) {
      EXPECT_EQ(packed[at + 12], 'B');
      EXPECT_EQ(packed[at + 13], 'C');
      last = size_t{load_le16(&packed[at + 16])} + 1;
      at += last;
      ++members;
    }
    EXPECT_EQ(at, packed.size());
    EXPECT_EQ(last, 28u);
    EXPECT_EQ(members, 5u);
  }
}

TEST(Packer, HolesAreZerosAndCheap) {
  constexpr uint64_t kHole = uint64_t{3} << 30;
  for (const Packing packing : {Packing::kGzip, Packing::kZstd}) {
    const auto packer = packer_of(packing, 2);
    const Bytes front = mixture(100'000);
    Bytes out;
    packer->begin(into(out));
    ASSERT_TRUE(packer->append(front));
    ASSERT_TRUE(packer->append_zeros(1'000'001));
    ASSERT_TRUE(packer->append(front));
    ASSERT_TRUE(packer->append_zeros(5));
    ASSERT_TRUE(packer->finish());
    Bytes expected = front;
    expected.resize(expected.size() + 1'000'001);
    expected.insert(expected.end(), front.begin(), front.end());
    expected.resize(expected.size() + 5);
    EXPECT_EQ(unpack(packing, out), expected);

    uint64_t written = 0;
    packer->begin([&](std::span<const uint8_t> bytes) -> Result<> {
      written += bytes.size();
      return {};
    });
    ASSERT_TRUE(packer->append_zeros(kHole));
    ASSERT_TRUE(packer->finish());
    EXPECT_LT(written, kHole / 200);
  }
}

TEST(Packer, AFailedWriteEndsTheFileNotThePacker) {
  const Bytes plain = mixture(2'000'000);
  const auto packer = packer_of(Packing::kGzip, 3);
  packer->begin([](std::span<const uint8_t>) -> Result<> {
    return Error{Errc::kNoSpace, 0, "disk full"};
  });
  Result<> appended = packer->append(plain);
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().what, "disk full");
  packer->abandon();
  EXPECT_EQ(unpack(Packing::kGzip, pack(*packer, plain, 12'345)), plain);
}

}  // namespace
}  // namespace gophercap::archive
