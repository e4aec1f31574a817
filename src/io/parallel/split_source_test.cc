// Compares parallel decoding with the stream decoder of each format.
#include "io/parallel/split_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "io/codec/gzip_source.h"
#include "io/codec/lz4_source.h"
#include "io/codec/xz_source.h"
#include "io/codec/zstd_source.h"
#include "io/open.h"
#include "io/parallel/split_source_for_test.h"
#include "testing/checkpoints.h"
#include "testing/compress.h"
#include "testing/failing_source.h"
#include "testing/memory_source.h"
#include "testing/read_all.h"
#include "testing/sample_bytes.h"

namespace gophercap::io {
namespace {

using testing::FailingSource;
using testing::MemorySource;
using testing::operator+;
using split_test::Bytes;
using split_test::lz4_frames;
using split_test::make_parallel;
using split_test::pzstd;
using split_test::skippable;
using testing::read_all;
using testing::ReadAll;
using testing::sample;

// With these limits, small inputs are cut like large ones.
constexpr SplitLimits kSmall{300, 600, 4000, 40'000};

std::unique_ptr<ByteSource> make_sequential(Compression format, std::unique_ptr<ByteSource> raw) {
  switch (format) {
    case Compression::kGzip:
      return make_gzip_source(std::move(raw));
    case Compression::kZstd:
      return make_zstd_source(std::move(raw));
    case Compression::kLz4:
      return make_lz4_source(std::move(raw));
    default:
      return make_xz_source(std::move(raw));
  }
}

// A kind of file: how it is made of plain bytes in pieces.
struct Kind {
  std::string name;
  Compression format;
  std::function<Bytes(const Bytes& plain, size_t piece)> make;
  bool one_frame = false;  // a small file has no checkpoints
};

// How many places of a small file are tried: all of them, unless a sanitizer makes it up to twenty
// times as slow. Not a multiple of three, so that each number of helpers is used.
#ifndef __has_feature
#define __has_feature(x) 0
#endif
constexpr size_t kStep = __has_feature(thread_sanitizer)    ? 10
                         : __has_feature(address_sanitizer) ? 4
                                                            : 1;

std::vector<Kind> kinds() {
  using testing::Lz4Frame;
  using testing::ZstdFrames;
  const auto zstd = [](const ZstdFrames& options) {
    return [options](const Bytes& plain, size_t piece) {
      return testing::zstd_frames(plain, piece, options);
    };
  };
  const auto lz4 = [](const Lz4Frame& options) {
    return [options](const Bytes& plain, size_t piece) {
      return testing::lz4_frame(plain, piece, options);
    };
  };
  const auto many_lz4 = [](const Lz4Frame& options) {
    return
        [options](const Bytes& plain, size_t piece) { return lz4_frames(plain, piece, options); };
  };
  return {
      {"bgzf", Compression::kGzip,
       [](const Bytes& plain, size_t piece) { return testing::bgzf(plain, piece); }},
      {"gzip_members", Compression::kGzip,
       [](const Bytes& plain, size_t piece) { return testing::gzip_members(plain, piece); }},
      {"gzip_mixed", Compression::kGzip,
       [](const Bytes& plain, size_t piece) {
         const auto half = plain.begin() + static_cast<ptrdiff_t>(plain.size() / 2);
         return testing::gzip_members(Bytes(plain.begin(), half), piece) +
                testing::bgzf(Bytes(half, plain.end()), piece);
       }},
      {"gzip_single", Compression::kGzip,
       [](const Bytes& plain, size_t) { return testing::compress(Compression::kGzip, plain); },
       true},
      {"zstd_frames", Compression::kZstd, zstd({})},
      {"zstd_no_checksum", Compression::kZstd, zstd({.checksum = false})},
      {"zstd_unannounced", Compression::kZstd, zstd({.announced = false})},
      {"zstd_small_window", Compression::kZstd,
       [](const Bytes& plain, size_t piece) {
         const ZstdFrames options{.checksum = false, .announced = false, .window_log = 10};
         return testing::zstd_frames(plain, piece * 6, options);
       }},
      {"pzstd", Compression::kZstd, pzstd},
      {"lz4_blocks", Compression::kLz4, lz4({}), true},
      {"lz4_block_checksums", Compression::kLz4,
       lz4({.block_checksum = true, .content_checksum = false}), true},
      {"lz4_all_fields", Compression::kLz4, lz4({.block_checksum = true, .announced = true}), true},
      {"lz4_dependent", Compression::kLz4, lz4({.independent = false}), true},
      {"lz4_frames", Compression::kLz4, many_lz4({.announced = true})},
      {"lz4_dependent_frames", Compression::kLz4,
       many_lz4({.independent = false, .block_checksum = true})},
      {"lz4_skippable", Compression::kLz4,
       [](const Bytes& plain, size_t piece) {
         return skippable(9) + lz4_frames(plain, piece, {}) + skippable(0) +
                testing::lz4_frame(plain, piece, {});
       }},
      {"xz_blocks", Compression::kXz,
       [](const Bytes& plain, size_t piece) { return testing::xz_blocks(plain, piece); }},
  };
}

class Split : public ::testing::TestWithParam<Kind> {
 protected:
  static std::unique_ptr<ByteSource> parallel(std::unique_ptr<ByteSource> raw, DecodePool& pool,
                                              const SplitLimits& limits = kSmall) {
    return make_parallel(GetParam().format, std::move(raw), pool, limits);
  }

  // The bytes and the fault must be the same from the stream decoder and with any number of
  // helpers.
  void expect_agreement(const Bytes& file, const std::string& what) {
    for (DecodePool* pool : {&none_, &single_, &three_}) {
      expect_agreement(file, what, *pool);
      if (HasFatalFailure()) return;
    }
  }
  void expect_agreement(const Bytes& file, const std::string& what, DecodePool& pool) {
    const auto one = make_sequential(GetParam().format, std::make_unique<MemorySource>(file));
    const ReadAll expected = read_all(*one, size_t{1} << 20, size_t{8} << 20);
    const auto many = parallel(std::make_unique<MemorySource>(file, 5000), pool);
    const ReadAll all = read_all(*many, 777, size_t{8} << 20);
    ASSERT_EQ(all.bytes.size(), expected.bytes.size()) << what << ' ' << pool.helpers();
    ASSERT_TRUE(all.bytes == expected.bytes) << what << ' ' << pool.helpers();
    ASSERT_EQ(all.fault.has_value(), expected.fault.has_value()) << what;
    if (all.fault) {
      ASSERT_EQ(all.fault->code, expected.fault->code) << what;
      ASSERT_EQ(all.fault->what, expected.fault->what) << what;
    }
  }
  // Inputs that differ by a byte use different numbers of helpers.
  DecodePool& one_of(size_t number) {
    return *std::array<DecodePool*, 3>{&none_, &single_, &three_}[number % 3];
  }

  DecodePool none_{0};
  DecodePool single_{1};
  DecodePool three_{3};
};

INSTANTIATE_TEST_SUITE_P(All, Split, ::testing::ValuesIn(kinds()),
                         [](const auto& param_info) { return param_info.param.name; });

TEST_P(Split, GivesThePlainBytesForAnyNumberOfHelpersAndPieces) {
  const Bytes plain = sample(50'000);
  const Bytes once = GetParam().name == "lz4_skippable" ? plain + plain : plain;
  for (const size_t piece : std::array<size_t, 4>{90, 500, 3'000, 49'999}) {
    const Bytes file = GetParam().make(plain, piece);
    for (DecodePool* pool : {&none_, &single_, &three_}) {
      for (const size_t out_size : std::array<size_t, 3>{7, 5'000, 200'000}) {
        const auto source = parallel(std::make_unique<MemorySource>(file, 1'000), *pool);
        const ReadAll all = read_all(*source, out_size);
        EXPECT_FALSE(all.fault) << all.fault->what;
        EXPECT_TRUE(all.bytes == once) << piece << ' ' << pool->helpers() << ' ' << out_size;
      }
    }
  }
}

// As in production: detected by content, cut with the real limits.
TEST_P(Split, LargeInputsThroughDecode) {
  const Bytes plain = sample(6'000'000, 3);
  const Bytes file = GetParam().make(plain, 60'000);
  for (DecodePool* pool : {&none_, &single_, &three_}) {
    Result<Input> input = decode(std::make_unique<MemorySource>(file), pool);
    ASSERT_TRUE(input);
    const ReadAll all = read_all(*input->source, size_t{256} << 10, plain.size());
    EXPECT_FALSE(all.fault) << all.fault->what;
    EXPECT_TRUE(all.bytes == plain) << pool->helpers();
  }
}

// Decoding from each checkpoint must give the same bytes as decoding from the beginning.
void expect_places_lead_on(const std::vector<Checkpoint>& places, const Kind& kind,
                           const Bytes& file, const Bytes& plain) {
  for (const Checkpoint& place : places) {
    ASSERT_LT(place.stored_offset, file.size());
    const Bytes rest(file.begin() + static_cast<ptrdiff_t>(place.stored_offset), file.end());
    auto source = decode_from(place, kind.format, std::make_unique<MemorySource>(rest));
    ASSERT_TRUE(source);
    const ReadAll tail = read_all(**source);
    ASSERT_LE(place.plain_offset, plain.size());
    const auto expected = std::span(plain).subspan(static_cast<size_t>(place.plain_offset));
    // If there is damage, how many bytes come before it depends on where decoding began.
    const size_t common = std::min(tail.bytes.size(), expected.size());
    ASSERT_TRUE(std::ranges::equal(expected.first(common), std::span(tail.bytes).first(common)))
        << kind.name << " from " << place.plain_offset;
    if (!tail.fault) {
      ASSERT_EQ(tail.bytes.size(), expected.size()) << kind.name;
    }
  }
}

TEST_P(Split, CheckpointsLeadOnForAnyNumberOfHelpers) {
  const Kind& kind = GetParam();
  if (kind.format == Compression::kXz) return;
  constexpr uint64_t kSpacing = 4'000;
  const Bytes once = sample(50'000);
  const Bytes plain = kind.name == "lz4_skippable" ? once + once : once;
  for (const size_t piece : std::array<size_t, 3>{90, 500, 3'000}) {
    Bytes file = kind.make(once, piece);
    for (DecodePool* pool : {&none_, &single_, &three_}) {
      testing::Collected places(kSpacing);
      const auto source = make_parallel(kind.format, std::make_unique<MemorySource>(file, 1'000),
                                        *pool, kSmall, &places);
      const ReadAll all = read_all(*source, 777);
      ASSERT_TRUE(!all.fault && all.bytes == plain);
      expect_places_lead_on(places.all, kind, file, plain);
      if (HasFatalFailure()) return;
      if (kind.one_frame) continue;
      ASSERT_GE(places.all.size(), 2U) << piece;
      const size_t most = std::max(kSmall.enough_plain, piece * 6) + piece * 6;
      uint64_t before = 0;
      for (const Checkpoint& place : places.all) {
        EXPECT_LE(place.plain_offset - before, kSpacing + most) << pool->helpers();
        before = place.plain_offset;
      }
    }
    // Some piece must be left to the stream decoder, including what follows it.
    file[file.size() / 2] ^= 0x20;
    testing::Collected places(kSpacing);
    const auto source = make_parallel(kind.format, std::make_unique<MemorySource>(file, 1'000),
                                      three_, kSmall, &places);
    const ReadAll all = read_all(*source, 777);
    expect_places_lead_on(places.all, kind, file, all.bytes);
    if (HasFatalFailure()) return;
  }
}

TEST_P(Split, CutAtEveryByte) {
  const Bytes file = GetParam().make(sample(1'000, 4), 150);
  for (size_t size = 0; size <= file.size(); size += kStep) {
    expect_agreement(Bytes(file.begin(), file.begin() + static_cast<ptrdiff_t>(size)),
                     "cut at " + std::to_string(size), one_of(size));
    if (HasFatalFailure()) return;
  }
}

TEST_P(Split, EachByteChanged) {
  const Bytes file = GetParam().make(sample(1'000, 5), 150);
  constexpr std::array<uint8_t, 3> kBits = {0x01, 0x20, 0xff};
  for (size_t at = 0; at < file.size(); at += kStep) {
    Bytes damaged = file;
    damaged[at] ^= kBits[at % kBits.size()];
    expect_agreement(damaged, "byte " + std::to_string(at), one_of(at / kBits.size()));
    if (HasFatalFailure()) return;
  }
}

TEST_P(Split, BytesLostInsertedAndRepeated) {
  const Bytes file = GetParam().make(sample(20'000, 6), 700);
  std::mt19937 random(8);
  for (int round = 0; round < 60; ++round) {
    Bytes damaged = file;
    for (unsigned faults = 1 + random() % 2; faults > 0; --faults) {
      const size_t at = random() % damaged.size();
      const size_t count = std::min<size_t>(1 + random() % 600, damaged.size() - at);
      const auto from = damaged.begin() + static_cast<ptrdiff_t>(at);
      const auto to = from + static_cast<ptrdiff_t>(count);
      switch (random() % 4) {
        case 0:
          damaged.erase(from, to);
          break;
        case 1:
          damaged.insert(from, count, 0);
          break;
        case 2: {
          const Bytes copy(from, to);
          damaged.insert(from, copy.begin(), copy.end());
          break;
        }
        default:
          std::generate(from, to, [&random] { return static_cast<uint8_t>(random()); });
      }
    }
    expect_agreement(damaged, "round " + std::to_string(round), one_of(static_cast<size_t>(round)));
    if (HasFatalFailure()) return;
  }
}

// Longer than what a decoder sees at once, so that the end of that matters.
TEST_P(Split, DamageDeepInALargeInput) {
  const Bytes file = GetParam().make(sample(3'000'000, 7), 60'000);
  std::mt19937 random(9);
  for (int round = 0; round < 6; ++round) {
    Bytes damaged = file;
    const size_t at = damaged.size() / 4 + random() % (damaged.size() / 2);
    for (size_t i = 0; i < 4; ++i) damaged[at + i] ^= static_cast<uint8_t>(1 + random() % 255);
    expect_agreement(damaged, "at " + std::to_string(at), one_of(static_cast<size_t>(round)));
    if (HasFatalFailure()) return;
  }
}

TEST_P(Split, WhatStandsBehindTheLastFrame) {
  const Bytes file = GetParam().make(sample(3'000, 2), 300);
  const Bytes garbage = {'g', 'a', 'r', 'b', 'a', 'g', 'e'};
  expect_agreement(file + garbage, "garbage");
  expect_agreement(file + Bytes(4), "4 zeros");
  expect_agreement(file + Bytes(1000), "1000 zeros");
  expect_agreement(file + Bytes(1000) + file, "zeros and more");
  expect_agreement(file + file, "twice");
  expect_agreement(file + GetParam().make({}, 300) + file, "an empty one between");
  expect_agreement(file + skippable(20) + file, "a skippable frame between");
}

TEST_P(Split, FaultOfTheRawInputComesBehindTheSameBytes) {
  const Bytes file = GetParam().make(sample(5'000), 300);
  const Error fault{Errc::kIo, 5, "disk: Input/output error"};
  for (size_t good = 0; good <= file.size(); good += 11) {
    const auto one =
        make_sequential(GetParam().format, std::make_unique<FailingSource>(file, good, fault));
    const ReadAll expected = read_all(*one);
    const auto source = parallel(std::make_unique<FailingSource>(file, good, fault), one_of(good));
    const ReadAll all = read_all(*source);
    ASSERT_TRUE(all.bytes == expected.bytes) << good;
    ASSERT_TRUE(all.fault && expected.fault) << good;
    ASSERT_EQ(all.fault->what, expected.fault->what) << good;
  }
}

TEST_P(Split, MayBeLeftAtAnyTime) {
  const Bytes file = GetParam().make(sample(100'000), 1'000);
  for (size_t reads = 0; reads < 40; ++reads) {
    const auto source = parallel(std::make_unique<MemorySource>(file), three_);
    Bytes out(1'500);
    for (size_t i = 0; i < reads; ++i) ASSERT_TRUE(source->read(out));
  }
}

TEST_P(Split, SourcesShareAPool) {
  const Bytes plain = sample(200'000);
  const Bytes file = GetParam().make(plain, 2'000);
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      const auto source = parallel(std::make_unique<MemorySource>(file), three_);
      const ReadAll all = read_all(*source, 10'000, plain.size());
      EXPECT_FALSE(all.fault);
      EXPECT_TRUE(all.bytes == plain);
    });
  }
}

}  // namespace
}  // namespace gophercap::io
