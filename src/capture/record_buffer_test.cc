#include "capture/record_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "testing/failing_source.h"
#include "testing/memory_source.h"
#include "testing/pcap_builder.h"

namespace gophercap::capture {
namespace {

using testing::Bytes;
using testing::FailingSource;
using testing::MemorySource;
using testing::payload;

RecordBuffer over(const Bytes& bytes, size_t block_bytes = 64, size_t chunk = SIZE_MAX) {
  return {std::make_unique<MemorySource>(bytes, chunk), block_bytes};
}

TEST(RecordBuffer, GivesTheBytesInOrderWhateverIsAskedFor) {
  const Bytes bytes = payload(100'000, 1);
  for (const size_t chunk : {size_t{1}, size_t{7}, size_t{64}, SIZE_MAX}) {
    for (const size_t block : {64u, 100u, 4096u, 65536u, 262144u}) {
      RecordBuffer buffer = over(bytes, block, chunk);
      size_t at = 0;
      size_t step = 1;
      while (buffer.ensure(step)) {
        ASSERT_EQ(buffer.offset_bytes(), at);
        ASSERT_TRUE(std::equal(buffer.data(), buffer.data() + step, bytes.begin() + long(at)));
        buffer.consume(step);
        at += step;
        step = step * 3 % 997 + 1;
      }
      ASSERT_EQ(buffer.bytes_read(), bytes.size());
      ASSERT_EQ(buffer.size(), bytes.size() - at) << "the rest is still there";
      ASSERT_TRUE(
          std::equal(buffer.data(), buffer.data() + buffer.size(), bytes.begin() + long(at)));
      ASSERT_FALSE(buffer.error());
    }
  }
}

TEST(RecordBuffer, ARecordLargerThanABlockIsHeldWhole) {
  const Bytes bytes = payload(300'000, 2);
  RecordBuffer buffer = over(bytes, 4096, 1000);
  ASSERT_TRUE(buffer.ensure(10));
  buffer.consume(10);
  ASSERT_TRUE(buffer.ensure(250'000));
  EXPECT_TRUE(std::equal(buffer.data(), buffer.data() + 250'000, bytes.begin() + 10));
  EXPECT_FALSE(buffer.ensure(300'000));
  EXPECT_EQ(buffer.size(), 299'990u);
}

TEST(RecordBuffer, GrowsWithWhatArrivesAndNotWithWhatIsAskedFor) {
  RecordBuffer buffer = over(payload(1000), 4096);
  const size_t before = buffer.allocated_bytes();
  EXPECT_FALSE(buffer.ensure(size_t{1} << 40));
  EXPECT_EQ(buffer.allocated_bytes(), before);
  EXPECT_FALSE(buffer.skip(uint64_t{1} << 60));
  EXPECT_EQ(buffer.allocated_bytes(), before);
  EXPECT_EQ(buffer.size(), 0u);
  EXPECT_EQ(buffer.offset_bytes(), 1000u);
}

TEST(RecordBuffer, SkippingKeepsNothing) {
  RecordBuffer buffer = over(payload(1'000'000, 3), 4096);
  const size_t before = buffer.allocated_bytes();
  ASSERT_TRUE(buffer.skip(999'990));
  EXPECT_EQ(buffer.allocated_bytes(), before);
  EXPECT_EQ(buffer.offset_bytes(), 999'990u);
  ASSERT_TRUE(buffer.ensure(10));
  const Bytes bytes = payload(1'000'000, 3);
  EXPECT_TRUE(std::equal(buffer.data(), buffer.data() + 10, bytes.end() - 10));
  EXPECT_TRUE(buffer.skip(10));
  EXPECT_FALSE(buffer.skip(1));
}

TEST(RecordBuffer, ConsumesZerosInWholeUnits) {
  for (const size_t unit : {1u, 16u, 24u, 64u}) {
    for (const size_t zeros : {0u, 1u, 15u, 16u, 17u, 63u, 64u, 65u, 127u, 1000u, 9999u}) {
      for (const size_t chunk : {size_t{1}, size_t{10}, SIZE_MAX}) {
        Bytes bytes(zeros);
        bytes.resize(zeros + unit, 5);
        RecordBuffer buffer = over(bytes, 64, chunk);
        ASSERT_EQ(buffer.consume_zeros(unit), zeros / unit * unit);
        ASSERT_EQ(buffer.offset_bytes(), zeros / unit * unit);
        RecordBuffer tail = over(Bytes(zeros), 64, chunk);
        ASSERT_EQ(tail.consume_zeros(unit), zeros / unit * unit);
        ASSERT_EQ(tail.size(), zeros % unit);
      }
    }
  }
}

TEST(RecordBuffer, TellsWhetherOnlyZerosAreLeft) {
  uint64_t count = 3;
  RecordBuffer zeros = over(Bytes(1000));
  EXPECT_TRUE(zeros.only_zeros_left(count));
  EXPECT_EQ(count, 1003u);
  EXPECT_TRUE(zeros.only_zeros_left(count)) << "nothing at all is left";
  Bytes other(1000);
  other.push_back(1);
  RecordBuffer mixed = over(other);
  EXPECT_FALSE(mixed.only_zeros_left(count));
  RecordBuffer failing(
      std::make_unique<FailingSource>(Bytes(1000), 500, Error{Errc::kIo, 5, "disk"}), 64);
  EXPECT_FALSE(failing.only_zeros_left(count)) << "who knows what would have come";
}

TEST(RecordBuffer, BytesBeforeAFaultComeFirst) {
  const Bytes bytes = payload(1000, 4);
  RecordBuffer buffer(std::make_unique<FailingSource>(bytes, 300, Error{Errc::kIo, 5, "disk"}), 64);
  EXPECT_TRUE(buffer.ensure(300));
  EXPECT_FALSE(buffer.error());
  EXPECT_FALSE(buffer.ensure(301));
  ASSERT_TRUE(buffer.error());
  EXPECT_EQ(buffer.error()->what, "disk");
  EXPECT_EQ(buffer.size(), 300u);
}

}  // namespace
}  // namespace gophercap::capture
