// Properties of all codecs; each test runs for each of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "io/codec/bzip2_source.h"
#include "io/codec/gzip_source.h"
#include "io/codec/lz4_source.h"
#include "io/codec/xz_source.h"
#include "io/codec/zstd_source.h"
#include "io/open.h"
#include "testing/compress.h"
#include "testing/failing_source.h"
#include "testing/memory_source.h"
#include "testing/read_all.h"
#include "testing/sample_bytes.h"

namespace gophercap::io {
namespace {

using testing::compress;
using testing::FailingSource;
using testing::MemorySource;
using testing::operator+;
using testing::read_all;
using testing::ReadAll;
using testing::sample;
using Bytes = std::vector<uint8_t>;

constexpr size_t kAll = size_t{1} << 30;

bool is_prefix(const Bytes& part, const Bytes& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

std::unique_ptr<ByteSource> make_source(Compression format, std::unique_ptr<ByteSource> raw) {
  switch (format) {
    case Compression::kNone:
      return raw;
    case Compression::kGzip:
      return make_gzip_source(std::move(raw));
    case Compression::kZstd:
      return make_zstd_source(std::move(raw));
    case Compression::kLz4:
      return make_lz4_source(std::move(raw));
    case Compression::kXz:
      return make_xz_source(std::move(raw));
    case Compression::kBzip2:
      return make_bzip2_source(std::move(raw));
  }
  return nullptr;
}

class Codec : public ::testing::TestWithParam<Compression> {
 protected:
  static Bytes frame(const Bytes& plain) { return compress(GetParam(), plain); }

  static ReadAll decode_all(Bytes file, size_t chunk = kAll, size_t out_size = size_t{64} << 10) {
    const auto source =
        make_source(GetParam(), std::make_unique<MemorySource>(std::move(file), chunk));
    return read_all(*source, out_size, size_t{16} << 20);
  }
};

INSTANTIATE_TEST_SUITE_P(All, Codec,
                         ::testing::Values(Compression::kGzip, Compression::kZstd,
                                           Compression::kLz4, Compression::kXz,
                                           Compression::kBzip2),
                         [](const auto& param_info) {
                           return std::string(word_of(param_info.param));
                         });

TEST_P(Codec, RoundTripInAnyPieces) {
  const Bytes plain = sample(300'000);
  const Bytes file = frame(plain);
  for (const size_t chunk : {size_t{1}, size_t{7}, size_t{4096}, kAll}) {
    for (const size_t out_size : std::array<size_t, 4>{1'000, 40'000, 65'536, 1'000'000}) {
      const ReadAll all = decode_all(file, chunk, out_size);
      EXPECT_FALSE(all.fault) << chunk << ' ' << out_size << ' ' << all.fault->what;
      EXPECT_TRUE(all.bytes == plain) << chunk << ' ' << out_size;
    }
  }
}

TEST_P(Codec, RoundTripByteByByte) {
  const Bytes plain = sample(70'000);
  const ReadAll all = decode_all(frame(plain), 1, 1);
  EXPECT_FALSE(all.fault);
  EXPECT_TRUE(all.bytes == plain);
}

TEST_P(Codec, RoundTripWithReadsOfChangingSize) {
  const Bytes plain = sample(2'000'000);
  const Bytes file = frame(plain);
  std::mt19937 random(7);
  for (int round = 0; round < 5; ++round) {
    const auto source = make_source(GetParam(), std::make_unique<MemorySource>(file, 50'000));
    Bytes bytes;
    while (true) {
      Bytes out(size_t{1} << (random() % 18));
      const Result<size_t> count = source->read(out);
      ASSERT_TRUE(count) << count.error().what;
      if (*count == 0) break;
      bytes.insert(bytes.end(), out.begin(), out.begin() + static_cast<ptrdiff_t>(*count));
    }
    EXPECT_TRUE(bytes == plain) << round;
  }
}

TEST_P(Codec, FramesFollowEachOther) {
  const Bytes a = sample(100'000, 2);
  const Bytes b = sample(3, 3);
  const Bytes file = frame(a) + frame({}) + frame(b) + frame({}) + frame({}) + frame(a);
  for (const size_t chunk : {size_t{1}, size_t{5}, kAll}) {
    const ReadAll all = decode_all(file, chunk);
    EXPECT_FALSE(all.fault) << all.fault->what;
    EXPECT_TRUE(all.bytes == a + b + a);
  }
}

TEST_P(Codec, NothingInAFrame) {
  const ReadAll all = decode_all(frame({}));
  EXPECT_FALSE(all.fault);
  EXPECT_TRUE(all.bytes.empty());
}

TEST_P(Codec, CutAnywhereIsTruncatedOrEndsBetweenFrames) {
  const Bytes a = sample(400, 4);
  const Bytes b = sample(150, 5);
  const Bytes plain = a + b;
  const size_t border = frame(a).size();
  const Bytes file = frame(a) + frame(b);
  for (size_t size = 0; size < file.size(); ++size) {
    const Bytes cut(file.begin(), file.begin() + static_cast<ptrdiff_t>(size));
    for (const size_t chunk : {size_t{1}, kAll}) {
      const ReadAll all = decode_all(cut, chunk);
      EXPECT_TRUE(is_prefix(all.bytes, plain)) << size;
      if (size >= border) {
        EXPECT_GE(all.bytes.size(), a.size()) << size;
      }
      if (size == border) {
        EXPECT_FALSE(all.fault);
        continue;
      }
      ASSERT_TRUE(all.fault) << size;
      EXPECT_EQ(all.fault->code, Errc::kTruncated) << size << ' ' << all.fault->what;
    }
  }
}

TEST_P(Codec, FlippedBitsAreFoundAndReadersAgreeOnWhatIsBeforeThem) {
  const Bytes a = sample(400, 4);
  const Bytes b = sample(150, 5);
  const Bytes file = frame(a) + frame(b);
  for (size_t at = 0; at < file.size(); ++at) {
    for (const uint8_t bits : std::array<uint8_t, 2>{0x10, 0xff}) {
      Bytes damaged = file;
      damaged[at] ^= bits;
      const ReadAll whole = decode_all(damaged);
      // Some header fields (the time in gzip) have no effect.
      if (!whole.fault) {
        EXPECT_TRUE(whole.bytes == a + b) << at;
      }
      EXPECT_LE(whole.bytes.size(), (a.size() + b.size()) * 8 + (1 << 20)) << at;
      const ReadAll pieces = decode_all(damaged, 3, 5);
      EXPECT_TRUE(pieces.bytes == whole.bytes) << at;
      ASSERT_EQ(pieces.fault.has_value(), whole.fault.has_value()) << at;
      if (whole.fault) {
        EXPECT_EQ(pieces.fault->code, whole.fault->code) << at;
      }
    }
  }
}

TEST_P(Codec, DamageDeepInsideGivesEveryReaderTheSameBytes) {
  const Bytes plain = sample(400'000, 6);
  Bytes file = frame(plain);
  for (const size_t at : {file.size() / 5, file.size() / 2, file.size() - file.size() / 7}) {
    Bytes damaged = file;
    for (size_t i = 0; i < 8; ++i) damaged[at + i] ^= 0xa5;
    const ReadAll whole = decode_all(damaged, kAll, size_t{4} << 20);
    ASSERT_TRUE(whole.fault);
    for (const size_t out_size : std::array<size_t, 4>{1'000, 33'000, 65'536, 262'144}) {
      const ReadAll pieces = decode_all(damaged, 10'000, out_size);
      EXPECT_EQ(pieces.bytes.size(), whole.bytes.size()) << at << ' ' << out_size;
      EXPECT_TRUE(pieces.bytes == whole.bytes);
      ASSERT_TRUE(pieces.fault);
      EXPECT_EQ(pieces.fault->code, whole.fault->code);
    }
  }
}

TEST_P(Codec, WrongChecksumIsCorruptBehindTheData) {
  const Bytes plain = sample(5'000);
  Bytes file = frame(plain);
  // Distance of a byte of the data checksum from the end (for xz: of the footer).
  size_t from_end = 0;
  switch (GetParam()) {
    case Compression::kNone:
    case Compression::kGzip:
      from_end = 8;
      break;
    case Compression::kZstd:
    case Compression::kLz4:
      from_end = 4;
      break;
    case Compression::kXz:
      from_end = 12;
      break;
    case Compression::kBzip2:
      from_end = 3;
      break;
  }
  file[file.size() - from_end] ^= 0x04;
  const ReadAll all = decode_all(file);
  EXPECT_TRUE(all.bytes == plain);
  ASSERT_TRUE(all.fault);
  EXPECT_EQ(all.fault->code, Errc::kCorrupt);
}

TEST_P(Codec, GarbageBehindAFrameIsCorruptBehindTheData) {
  const Bytes plain = sample(5'000);
  for (const std::string& garbage : {std::string("x"), std::string("garbage, and a lot of it")}) {
    const ReadAll all = decode_all(frame(plain) + Bytes(garbage.begin(), garbage.end()), 100);
    EXPECT_TRUE(all.bytes == plain);
    ASSERT_TRUE(all.fault);
    EXPECT_EQ(all.fault->code, Errc::kCorrupt) << garbage;
  }
}

TEST_P(Codec, ZerosBehindAFrameArePadding) {
  const Bytes plain = sample(5'000);
  for (const size_t zeros : std::array<size_t, 6>{1, 3, 4, 5, 512, 300'000}) {
    const ReadAll all = decode_all(frame(plain) + Bytes(zeros), 1000);
    EXPECT_TRUE(all.bytes == plain);
    EXPECT_FALSE(all.fault) << zeros << ": " << all.fault->what;
  }
}

TEST_P(Codec, ZerosBehindACutFrameAreNone) {
  const Bytes whole = frame(sample(50'000));
  const Bytes file(whole.begin(), whole.end() - 3);
  EXPECT_TRUE(decode_all(file + Bytes(512), 1000).fault);
}

TEST_P(Codec, GarbageBehindZerosIsCorrupt) {
  for (const size_t zeros : std::array<size_t, 4>{1, 4, 6, 512}) {
    const ReadAll all = decode_all(frame(sample(10)) + Bytes(zeros) + Bytes{'x'}, 100);
    ASSERT_TRUE(all.fault);
    EXPECT_EQ(all.fault->code, Errc::kCorrupt) << zeros;
    EXPECT_NE(all.fault->what.find("is followed by garbage"), std::string::npos) << all.fault->what;
  }
}

TEST_P(Codec, OtherBytesAreCorrupt) {
  const ReadAll all = decode_all(Bytes(100, 'A'));
  EXPECT_TRUE(all.bytes.empty());
  ASSERT_TRUE(all.fault);
  EXPECT_EQ(all.fault->code, Errc::kCorrupt);
}

TEST_P(Codec, FaultOfTheRawInputComesThroughBehindTheData) {
  const Bytes plain = sample(200'000);
  const Bytes file = frame(plain);
  const Error fault{Errc::kIo, 5, "disk: Input/output error"};
  for (const size_t good : {size_t{0}, size_t{1}, size_t{20}, file.size() / 2, file.size()}) {
    const auto source = make_source(GetParam(), std::make_unique<FailingSource>(file, good, fault));
    const ReadAll all = read_all(*source);
    EXPECT_TRUE(is_prefix(all.bytes, plain));
    if (good == file.size()) {
      EXPECT_TRUE(all.bytes == plain);
    }
    ASSERT_TRUE(all.fault);
    EXPECT_EQ(all.fault->code, Errc::kIo);
    EXPECT_EQ(all.fault->sys, 5);
    EXPECT_EQ(all.fault->what, fault.what);
  }
}

TEST_P(Codec, IsRecognisedByItsFirstBytes) {
  const Bytes file = frame(sample(1'000));
  EXPECT_EQ(probe_compression(file), GetParam());
  EXPECT_EQ(probe_compression(std::span(file).first(6)), GetParam());
  EXPECT_EQ(probe_compression(std::span(file).first(1)), Compression::kNone);
  EXPECT_EQ(probe_compression(frame({})), GetParam());
}

TEST_P(Codec, DecodeChoosesIt) {
  const Bytes plain = sample(100'000);
  for (const size_t chunk : {size_t{1}, size_t{4}, kAll}) {
    Result<Input> input = decode(std::make_unique<MemorySource>(frame(plain), chunk));
    ASSERT_TRUE(input);
    EXPECT_EQ(input->compression, GetParam());
    EXPECT_FALSE(input->facts.regular);
    EXPECT_TRUE(read_all(*input->source).bytes == plain);
  }
}

}  // namespace
}  // namespace gophercap::io
