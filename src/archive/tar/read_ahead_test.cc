#include "archive/tar/read_ahead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "testing/failing_source.h"
#include "testing/memory_source.h"
#include "testing/pcap_builder.h"

namespace gophercap::archive {
namespace {

using testing::Bytes;

// Gives zeros for ever, slowly.
class EndlessSource final : public io::ByteSource {
 public:
  Result<size_t> read(std::span<uint8_t> out) override {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    return std::min<size_t>(out.size(), 10);
  }
};

TEST(ReadAhead, GivesAllBytesInOrder) {
  const Bytes plain = testing::payload(ReadAhead::kBlockBytes * (ReadAhead::kBlocks + 3) + 17);
  ReadAhead ahead(std::make_unique<testing::MemorySource>(plain, 300'001), {});
  Bytes all;
  while (true) {
    const Result<std::span<const uint8_t>> block = ahead.next();
    ASSERT_TRUE(block);
    if (block->empty()) break;
    all.insert(all.end(), block->begin(), block->end());
  }
  EXPECT_EQ(all, plain);
  EXPECT_TRUE(ahead.next()->empty());
}

TEST(ReadAhead, AFaultComesBehindTheBytesBeforeIt) {
  const Bytes plain = testing::payload(5000);
  ReadAhead ahead(
      std::make_unique<testing::FailingSource>(plain, 4000, Error{Errc::kIo, EIO, "disk broken"}),
      {});
  const Result<std::span<const uint8_t>> block = ahead.next();
  ASSERT_TRUE(block);
  EXPECT_EQ(block->size(), 4000u);
  for (int i = 0; i < 2; ++i) {
    const Result<std::span<const uint8_t>> fault = ahead.next();
    ASSERT_FALSE(fault);
    EXPECT_EQ(fault.error().what, "disk broken");
  }
}

TEST(ReadAhead, AStopEndsAWait) {
  std::stop_source stop;
  ReadAhead ahead(std::make_unique<EndlessSource>(), stop.get_token());
  std::jthread stopper([&] { stop.request_stop(); });
  const Result<std::span<const uint8_t>> block = ahead.next();
  ASSERT_FALSE(block);
  EXPECT_EQ(block.error().code, Errc::kCancelled);
}

TEST(ReadAhead, MayBeLeftBeforeTheEnd) {
  const Bytes plain(ReadAhead::kBlockBytes * ReadAhead::kBlocks * 2);
  ReadAhead ahead(std::make_unique<testing::MemorySource>(plain), {});
  EXPECT_TRUE(ahead.next());
}

}  // namespace
}  // namespace gophercap::archive
