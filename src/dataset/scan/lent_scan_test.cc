#include "dataset/scan/lent_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <span>

#include "dataset/scan/scan.h"
#include "io/parallel/decode_pool.h"
#include "testing/compress.h"
#include "testing/memory_source.h"
#include "testing/pcap_builder.h"

namespace gophercap::dataset {
namespace {

using testing::Bytes;

Bytes capture_of(size_t packets) {
  testing::PcapBuilder builder;
  for (size_t i = 0; i < packets; ++i)
    builder.packet(static_cast<int64_t>(100 + i) * 1'000'000'000, testing::ethernet_frame(100));
  return builder.bytes();
}

// Overwrites the buffer as soon as it was passed.
void lend_all(LentScan& scan, const Bytes& bytes, size_t piece) {
  Bytes buffer;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    const size_t count = std::min(piece, bytes.size() - at);
    buffer.assign(bytes.begin() + static_cast<ptrdiff_t>(at),
                  bytes.begin() + static_cast<ptrdiff_t>(at + count));
    scan.lend(buffer, at);
    std::fill(buffer.begin(), buffer.end(), uint8_t{0xee});
  }
}

TEST(LentScan, SumsUpOneCaptureAfterTheOther) {
  LentScan scan;
  for (const size_t packets : {0u, 1u, 500u}) {
    for (const size_t piece : {1u, 100u, 1'000'000u}) {
      const Bytes bytes = capture_of(packets);
      ASSERT_TRUE(scan.begin());
      lend_all(scan, bytes, piece);
      const FileSummary lent = scan.finish(bytes.size());
      const FileSummary read = scan_source(std::make_unique<testing::MemorySource>(bytes));
      EXPECT_EQ(lent.packets, packets);
      EXPECT_EQ(lent.captured_bytes, read.captured_bytes);
      EXPECT_EQ(lent.plain_bytes, read.plain_bytes);
      EXPECT_EQ(lent.last, read.last);
      EXPECT_FALSE(lent.damage);
    }
  }
}

TEST(LentScan, HelpersDecompress) {
  const Bytes plain = capture_of(20'000);
  const Bytes packed = testing::bgzf(plain, 60'000);
  io::DecodePool pool(2);
  LentScan scan(&pool);
  for (const size_t piece : {1000u, 1'000'000u}) {
    ASSERT_TRUE(scan.begin());
    lend_all(scan, packed, piece);
    const FileSummary summary = scan.finish(packed.size());
    EXPECT_EQ(summary.packets, 20'000u);
    EXPECT_EQ(summary.plain_bytes, plain.size());
    EXPECT_EQ(summary.compression, io::Compression::kGzip);
    EXPECT_FALSE(summary.damage);
  }
  // Ended early, once by the lender and once by damage.
  ASSERT_TRUE(scan.begin());
  scan.lend(std::span(packed).first(packed.size() / 2), 0);
  scan.abandon();
  Bytes torn = packed;
  torn[torn.size() / 2] ^= 0x10;
  ASSERT_TRUE(scan.begin());
  lend_all(scan, torn, 5000);
  EXPECT_TRUE(scan.finish(torn.size()).damage);
}

TEST(LentScan, WhatIsNotLentIsZeros) {
  const Bytes bytes = capture_of(2);
  LentScan scan;
  ASSERT_TRUE(scan.begin());
  scan.lend(bytes, 0);
  const FileSummary summary = scan.finish(bytes.size() + 100'000);
  EXPECT_EQ(summary.packets, 2u);
  EXPECT_EQ(summary.padding_bytes, 100'000u);
}

// The lender must not wait for a scan that needs no more bytes.
TEST(LentScan, DamageEndsTheScanAndNotTheLending) {
  Bytes bytes = capture_of(1);
  bytes.resize(bytes.size() - 10);
  const Bytes noise = testing::payload(2'000'000, 7);
  LentScan scan;
  ASSERT_TRUE(scan.begin());
  scan.lend(noise, 0);
  scan.lend(noise, noise.size());
  EXPECT_TRUE(scan.finish(2 * noise.size()).damage);
  ASSERT_TRUE(scan.begin());
  scan.lend(bytes, 0);
  const FileSummary cut = scan.finish(bytes.size());
  EXPECT_TRUE(cut.damage);
  EXPECT_EQ(cut.packets, 0u);
}

TEST(LentScan, MayBeAbandonedAndBegunAnew) {
  const Bytes bytes = capture_of(10);
  LentScan scan;
  ASSERT_TRUE(scan.begin());
  scan.lend(std::span(bytes).first(200), 0);
  scan.abandon();
  ASSERT_TRUE(scan.begin());
  scan.lend(bytes, 0);
  EXPECT_EQ(scan.finish(bytes.size()).packets, 10u);
  ASSERT_TRUE(scan.begin());  // and left in the middle
  scan.lend(std::span(bytes).first(200), 0);
}

}  // namespace
}  // namespace gophercap::dataset
