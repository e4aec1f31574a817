#include "io/codec/gzip_source.h"

#include <gtest/gtest.h>
#include <isa-l/crc.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "testing/compress.h"
#include "testing/memory_source.h"
#include "testing/read_all.h"
#include "testing/sample_bytes.h"

namespace gophercap::io {
namespace {

using testing::operator+;
using testing::MemorySource;
using testing::read_all;
using testing::ReadAll;
using Bytes = std::vector<uint8_t>;

constexpr size_t kAll = size_t{1} << 30;
constexpr uint8_t kText = 0x01;
constexpr uint8_t kHeaderCrc = 0x02;
constexpr uint8_t kExtra = 0x04;
constexpr uint8_t kName = 0x08;
constexpr uint8_t kComment = 0x10;

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

Bytes le16(size_t value) {
  return {static_cast<uint8_t>(value & 0xff), static_cast<uint8_t>(value >> 8 & 0xff)};
}

Bytes header(uint8_t flags, uint8_t method = 8) {
  return {0x1f, 0x8b, method, flags, 1, 2, 3, 4, 0, 255};
}

Bytes header_crc(const Bytes& head) {
  return le16(crc32_gzip_refl(0, head.data(), head.size()) & 0xffff);
}

Bytes body(const Bytes& plain) {
  return testing::deflate(plain) + testing::gzip_trailer(plain);
}

// A stored block, the simplest form of deflate.
Bytes stored(const Bytes& plain, bool last) {
  Bytes block = {static_cast<uint8_t>(last ? 1 : 0)};
  return block + le16(plain.size()) + le16(~plain.size()) + plain;
}

ReadAll decode(Bytes file, size_t chunk = kAll, size_t out_size = 1000) {
  const auto source = make_gzip_source(std::make_unique<MemorySource>(std::move(file), chunk));
  return read_all(*source, out_size);
}

void expect_clean(const ReadAll& all, const Bytes& plain) {
  EXPECT_FALSE(all.fault) << all.fault->what;
  EXPECT_TRUE(all.bytes == plain);
}

void expect_fault(const ReadAll& all, Errc code) {
  ASSERT_TRUE(all.fault);
  EXPECT_EQ(all.fault->code, code) << all.fault->what;
}

const Bytes kPlain = bytes_of("To be, or not to be, that is the question. To be, or not to be.");

Bytes full_header() {
  const Bytes head = header(kText | kHeaderCrc | kExtra | kName | kComment) + le16(7) +
                     Bytes{'A', 'p', 3, 0, 1, 0, 2} + bytes_of("name.pcap") + Bytes{0} +
                     bytes_of("a comment") + Bytes{0};
  return head + header_crc(head);
}

TEST(GzipSource, ReadsEveryFieldOfTheHeaderInAnyPieces) {
  const Bytes file = full_header() + body(kPlain);
  for (size_t chunk = 1; chunk <= file.size(); ++chunk) expect_clean(decode(file, chunk), kPlain);
}

TEST(GzipSource, ReadsEachFieldAlone) {
  expect_clean(decode(header(0) + body(kPlain)), kPlain);
  expect_clean(decode(header(kExtra) + le16(0) + body(kPlain)), kPlain);
  expect_clean(decode(header(kExtra) + le16(65535) + Bytes(65535, 'e') + body(kPlain)), kPlain);
  expect_clean(decode(header(kName) + Bytes{0} + body(kPlain)), kPlain);
  expect_clean(decode(header(kComment) + Bytes(300'000, 'c') + Bytes{0} + body(kPlain)), kPlain);
  expect_clean(decode(header(kHeaderCrc) + header_crc(header(kHeaderCrc)) + body(kPlain)), kPlain);
}

TEST(GzipSource, FileCutInTheHeaderIsTruncated) {
  const Bytes file = full_header();
  for (size_t size = 0; size <= file.size(); ++size) {
    expect_fault(decode(Bytes(file.begin(), file.begin() + static_cast<ptrdiff_t>(size))),
                 Errc::kTruncated);
  }
}

TEST(GzipSource, WrongHeaderChecksumIsCorrupt) {
  Bytes head = full_header();
  head.back() ^= 1;
  expect_fault(decode(head + body(kPlain)), Errc::kCorrupt);
}

TEST(GzipSource, UnknownMethodAndFlagsAreUnsupported) {
  expect_fault(decode(header(0, 7) + body(kPlain)), Errc::kUnsupported);
  for (const uint8_t flag : {uint8_t{0x20}, uint8_t{0x40}, uint8_t{0x80}}) {
    expect_fault(decode(header(flag) + body(kPlain)), Errc::kUnsupported);
  }
}

TEST(GzipSource, WrongLengthIsCorrupt) {
  Bytes file = header(0) + body(kPlain);
  file[file.size() - 4] ^= 1;
  const ReadAll all = decode(file);
  EXPECT_TRUE(all.bytes == kPlain);
  expect_fault(all, Errc::kCorrupt);
}

// Blocked gzip (samtools): members of up to 64 KiB with their size in an extra field, an empty one
// at the end.
TEST(GzipSource, ReadsBgzf) {
  Bytes file;
  Bytes plain;
  for (size_t size : {size_t{65280}, size_t{1}, size_t{0}, size_t{30000}, size_t{0}}) {
    Bytes part(size);
    for (size_t i = 0; i < size; ++i) part[i] = static_cast<uint8_t>(i * i >> 7);
    const Bytes deflated = body(part);
    file = file + header(kExtra) + le16(6) + bytes_of("BC") + le16(2) +
           le16(10 + 8 + deflated.size() - 1) + deflated;
    plain = plain + part;
  }
  expect_clean(decode(file), plain);
  expect_clean(decode(file, 11, 100'000), plain);
}

// With stored blocks, ISA-L gives back bytes that it has read ahead; at the boundary of two input
// blocks these are in the previous block.
TEST(GzipSource, ReadsStoredBlocksAcrossInputBlocks) {
  Bytes deflated;
  Bytes plain;
  for (size_t i = 0; plain.size() < 600'000; ++i) {
    const Bytes part(i * 7 % 23, static_cast<uint8_t>(i));
    deflated = std::move(deflated) + stored(part, false);
    plain = std::move(plain) + part;
  }
  const Bytes end = stored({}, true) + testing::gzip_trailer(plain);
  for (size_t shift = 0; shift < 12; ++shift) {
    const Bytes head = header(kName) + Bytes(shift, 'n') + Bytes{0};
    expect_clean(decode(head + deflated + end, kAll, 300'000), plain);
  }
}

TEST(GzipSource, ReadsFlushedStreamsAcrossInputBlocks) {
  Bytes plain(400'000);
  uint32_t noise = 1;
  for (uint8_t& byte : plain) {
    noise = noise * 1664525 + 1013904223;
    byte = static_cast<uint8_t>(noise >> 24 & 0x3f);
  }
  for (const size_t flush_every : {size_t{9}, size_t{50}, size_t{1000}}) {
    const Bytes deflated = testing::deflate(plain, flush_every) + testing::gzip_trailer(plain);
    for (size_t shift = 0; shift < 9; ++shift) {
      const Bytes head = header(kName) + Bytes(shift, 'n') + Bytes{0};
      expect_clean(decode(head + deflated, kAll, 300'000), plain);
    }
  }
}

// Fixed Huffman block: a match of length 3 at distance 1 without a byte before it. Neither bytes of
// the previous member nor other memory may be returned.
TEST(GzipSource, MatchBeforeTheBeginningOfAMemberIsCorrupt) {
  const Bytes match = {0x03, 0x02, 0x00};
  for (const size_t behind : {size_t{0}, size_t{1}, size_t{20}, size_t{1000}}) {
    const ReadAll all = decode(header(0) + body(kPlain) + header(0) + match + Bytes(behind));
    EXPECT_TRUE(all.bytes == kPlain);
    expect_fault(all, Errc::kCorrupt);
  }
}

// Fixed Huffman block: a match of length 3 at distance code 30, which does not exist.
TEST(GzipSource, ImpossibleDistanceIsCorruptAndGivesNothingThatWasNotThere) {
  const Bytes plain(400, 's');
  const Bytes match = {0x03, 0x3e, 0x00};
  for (const size_t behind : {size_t{1}, size_t{20}, size_t{1000}}) {
    const ReadAll all = decode(header(0) + stored(plain, false) + match + Bytes(behind));
    EXPECT_LE(all.bytes.size(), plain.size());
    EXPECT_GE(all.bytes.size(), plain.size() - 258);
    EXPECT_TRUE(all.bytes == Bytes(all.bytes.size(), 's'));
    expect_fault(all, Errc::kCorrupt);
  }
}

}  // namespace
}  // namespace gophercap::io
