#include "capture/packet_loop.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
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
using testing::PcapBuilder;

constexpr size_t kPackets = 3 * PacketBatch::kCapacity + 5;

Bytes capture_of(size_t packets) {
  PcapBuilder pcap({.link_type = 147});
  for (size_t i = 0; i < packets; ++i) pcap.packet(static_cast<int64_t>(i) * 1000, payload(20));
  return pcap.bytes();
}

class PacketLoop : public ::testing::Test {
 protected:
  void open(std::unique_ptr<io::ByteSource> source) {
    auto opened = open_capture(std::move(source));
    ASSERT_TRUE(opened) << opened.error().what;
    reader_ = *std::move(opened);
  }
  std::unique_ptr<CaptureReader> reader_;
  std::unique_ptr<PacketBatch> batch_ = std::make_unique<PacketBatch>();
};

TEST_F(PacketLoop, EveryPacketWithItsLinkType) {
  open(std::make_unique<MemorySource>(capture_of(kPackets)));
  size_t packets = 0;
  EXPECT_TRUE(for_each_packet(*reader_, *batch_, {},
                              [&](const packet::PacketView& packet, uint32_t link_type) {
                                EXPECT_EQ(link_type, 147U);
                                EXPECT_EQ(ns_of(packet.time), static_cast<int64_t>(packets) * 1000);
                                ++packets;
                                return true;
                              }));
  EXPECT_EQ(packets, kPackets);
  EXPECT_FALSE(reader_->damage());
}

TEST_F(PacketLoop, EndsWhereItIsTold) {
  open(std::make_unique<MemorySource>(capture_of(kPackets)));
  size_t packets = 0;
  const auto count = [&](const packet::PacketView&, uint32_t) { return ++packets < 300; };
  EXPECT_FALSE(for_each_packet(*reader_, *batch_, {}, count));
  EXPECT_EQ(packets, 300U);
  size_t batches = 0;
  EXPECT_FALSE(for_each_batch(*reader_, *batch_, [&](const PacketBatch& batch) {
    EXPECT_GT(batch.count, 0U);
    ++batches;
    return false;
  }));
  EXPECT_EQ(batches, 1U);
}

TEST_F(PacketLoop, AStopComesBeforeTheNextBatch) {
  open(std::make_unique<MemorySource>(capture_of(kPackets)));
  std::stop_source stop;
  size_t packets = 0;
  EXPECT_FALSE(for_each_packet(*reader_, *batch_, stop.get_token(),
                               [&](const packet::PacketView&, uint32_t) {
                                 stop.request_stop();
                                 ++packets;
                                 return true;
                               }));
  EXPECT_GT(packets, 0U);
  EXPECT_LE(packets, PacketBatch::kCapacity);
}

TEST_F(PacketLoop, GoesOnWhereItWasLeft) {
  open(std::make_unique<MemorySource>(capture_of(kPackets)));
  size_t packets = 0;
  const auto one_batch = [&](const PacketBatch& batch) {
    packets += batch.count;
    return false;
  };
  while (!for_each_batch(*reader_, *batch_, one_batch)) {
  }
  EXPECT_EQ(packets, kPackets);
}

TEST_F(PacketLoop, ACursorGivesEachPacketOnce) {
  open(std::make_unique<MemorySource>(capture_of(kPackets)));
  PacketCursor cursor(std::move(reader_));
  size_t packets = 0;
  size_t reads = 0;
  for (; cursor.next(); ++packets) {
    reads += cursor.has_just_read();
    ASSERT_EQ(ns_of(cursor.packet().time), static_cast<int64_t>(packets) * 1000);
    ASSERT_EQ(cursor.link_type(), 147U);
  }
  EXPECT_EQ(packets, kPackets);
  EXPECT_GE(reads, kPackets / PacketBatch::kCapacity);
  EXPECT_LT(reads, packets);
  EXPECT_FALSE(cursor.next());
  EXPECT_FALSE(cursor.reader().damage());
}

TEST_F(PacketLoop, ACursorStopsAtDamage) {
  const Bytes bytes = capture_of(10);
  open(std::make_unique<FailingSource>(bytes, bytes.size() - 1, Error{Errc::kIo, 0, "no"}));
  PacketCursor cursor(std::move(reader_));
  size_t packets = 0;
  while (cursor.next()) ++packets;
  EXPECT_EQ(packets, 9U);
  EXPECT_TRUE(cursor.reader().damage());
  EXPECT_FALSE(cursor.next());
}

// Packets before the damage are handled; a lack of memory is not damage.
TEST_F(PacketLoop, DamageIsTheReadersAndMemoryIsOurs) {
  for (const Errc code : {Errc::kIo, Errc::kNoMemory}) {
    const Bytes bytes = capture_of(10);
    open(std::make_unique<FailingSource>(bytes, bytes.size() - 1, Error{code, 0, "no"}));
    size_t packets = 0;
    EXPECT_TRUE(for_each_batch(*reader_, *batch_, [&](const PacketBatch& batch) {
      packets += batch.count;
      return true;
    }));
    EXPECT_EQ(packets, 9U);
    ASSERT_TRUE(reader_->damage());
    const Result<> checked = check_memory(reader_->damage(), "x.pcap");
    EXPECT_EQ(checked.has_value(), code == Errc::kIo);
    if (!checked) {
      EXPECT_EQ(checked.error().what, "x.pcap: out of memory");
    }
  }
  EXPECT_TRUE(check_memory(std::nullopt, "x.pcap"));
}

}  // namespace
}  // namespace gophercap::capture
