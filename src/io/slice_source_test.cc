#include "io/slice_source.h"

#include <gtest/gtest.h>

#include <memory>

#include "testing/failing_source.h"
#include "testing/memory_source.h"
#include "testing/pcap_builder.h"
#include "testing/read_all.h"

namespace gophercap::io {
namespace {

using testing::Bytes;
using testing::MemorySource;
using testing::payload;
using testing::read_all;

Bytes part(const Bytes& bytes, size_t from, size_t size) {
  return {bytes.begin() + static_cast<ptrdiff_t>(from),
          bytes.begin() + static_cast<ptrdiff_t>(from + size)};
}

TEST(SliceSource, GivesWhatLiesInTheMiddle) {
  const Bytes bytes = payload(300'000);
  for (const size_t skip : {0u, 1u, 131'072u, 250'000u}) {
    for (const size_t size : {0u, 1u, 50'000u}) {
      SliceSource source(std::make_unique<MemorySource>(bytes, 7'000), skip, size);
      const auto all = read_all(source, 1'000);
      EXPECT_FALSE(all.fault);
      EXPECT_TRUE(all.bytes == part(bytes, skip, size)) << skip << ' ' << size;
    }
  }
}

TEST(SliceSource, AnEndBeforeItsOwnIsAFault) {
  const Bytes bytes = payload(1'000);
  for (const size_t skip : {600u, 1'000u, 2'000u}) {
    SliceSource source(std::make_unique<MemorySource>(bytes), skip, 500);
    const auto all = read_all(source);
    ASSERT_TRUE(all.fault) << skip;
    EXPECT_EQ(all.fault->code, Errc::kTruncated);
    EXPECT_EQ(all.bytes.size(), skip < 1'000 ? 1'000 - skip : 0u);
  }
}

TEST(SliceSource, PassesOnAFault) {
  const Error fault{Errc::kIo, 5, "disk"};
  for (const size_t good : {100u, 550u}) {
    SliceSource source(std::make_unique<testing::FailingSource>(payload(1'000), good, fault), 500,
                       400);
    const auto all = read_all(source, 10);
    ASSERT_TRUE(all.fault);
    EXPECT_EQ(all.fault->what, "disk");
    EXPECT_EQ(all.bytes.size(), good < 500 ? 0 : good - 500);
  }
}

}  // namespace
}  // namespace gophercap::io
