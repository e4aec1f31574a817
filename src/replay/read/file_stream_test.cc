#include "replay/read/file_stream.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dataset/scan/scan.h"
#include "packet/link_type.h"
#include "replay/plan/plan.h"
#include "testing/pcap_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::replay {
namespace {

using testing::Bytes;

// What a file stream delivers, with everything that is known about each frame.
struct Delivered {
  std::vector<int64_t> keys;
  std::vector<Bytes> frames;
  std::vector<uint32_t> original_bytes;
  Accounts accounts;
};

Delivered deliver(const PlannedFile& file, const StreamOptions& options) {
  io::FdCache fds(8);
  FileStream stream(file, options, fds);
  auto batch = std::make_unique<capture::PacketBatch>();
  Delivered all;
  for (Slab slab; stream.fill(slab, *batch, {}) && !slab.frames().empty();) {
    for (const SlabFrame& frame : slab.frames()) {
      const uint8_t* const data = slab.bytes() + frame.offset;
      EXPECT_FALSE(frame.more());
      EXPECT_EQ(frame.link_type(), packet::kLinkTypeEthernet);
      all.keys.push_back(frame.key_ns);
      all.frames.emplace_back(data, data + frame.bytes());
      all.original_bytes.push_back(frame.original_bytes);
    }
  }
  EXPECT_TRUE(stream.ended());
  all.accounts = stream.accounts();
  return all;
}

// A file whose packets have a frame check sequence, are out of order now and then, and are too long
// or too short for an interface in places: at both ends, in runs, and one by one.
Plan plan_of_mixed_file(const testing::TempDir& dir) {
  constexpr int kPackets = 700;
  testing::PcapBuilder pcap({.fcs_words = 2, .fcs_valid = true});
  for (int i = 0; i < kPackets; ++i) {
    const bool too_long = i == 0 || i == kPackets - 1 || i % 50 == 7 || (i > 300 && i < 310);
    const size_t bytes = too_long ? 300 : i % 90 == 11 ? 14 : 64 + static_cast<size_t>(i % 20);
    const int64_t time = i * 1000 - (i % 31 == 5 ? 5000 : 0);
    pcap.packet(1'600'000'000'000'000'000 + time,
                testing::ethernet_frame(bytes, static_cast<uint8_t>(i)));
  }
  dataset::DatasetSummary set;
  set.files = {dataset::scan_file(dir.write("a.pcap", pcap.bytes()))};
  dataset::summarize(set);
  Result<Plan> plan = make_plan(set);
  EXPECT_TRUE(plan);
  return *std::move(plan);
}

// The fast path of a replay of everything gives what asking about each packet gives.
TEST(FileStream, DeliversTheSameWithoutAskingAboutEachPacket) {
  const testing::TempDir dir;
  const Plan plan = plan_of_mixed_file(dir);
  for (const size_t slab_bytes : {size_t{2048}, size_t{1} << 20}) {
    StreamOptions unasked{.slab_bytes = slab_bytes};
    unasked.limits.max_bytes = 100;
    unasked.limits.min_bytes = 14;
    StreamOptions asked = unasked;
    asked.choice.longest_frame_bytes = 1000;  // takes all of these, but has to be asked
    ASSERT_TRUE(takes_all(unasked.choice));
    ASSERT_FALSE(takes_all(asked.choice));
    const Delivered fast = deliver(plan.files[0], unasked);
    const Delivered slow = deliver(plan.files[0], asked);
    EXPECT_EQ(fast.keys, slow.keys);
    EXPECT_EQ(fast.frames, slow.frames);
    EXPECT_EQ(fast.original_bytes, slow.original_bytes);
    EXPECT_GT(fast.accounts.skipped_too_long, 20U);
    EXPECT_GT(fast.accounts.skipped_too_short, 5U);
    EXPECT_EQ(fast.accounts.read, 700U);
    EXPECT_EQ(fast.frames.size() + fast.accounts.left_out(), 700U);
    EXPECT_EQ(fast.accounts.fcs_removed, fast.frames.size());
    EXPECT_EQ(fast.accounts.fcs_removed, slow.accounts.fcs_removed);
    EXPECT_EQ(fast.accounts.skipped_too_long, slow.accounts.skipped_too_long);
    EXPECT_EQ(fast.accounts.skipped_too_short, slow.accounts.skipped_too_short);
    EXPECT_EQ(fast.accounts.read, slow.accounts.read);
  }
}

TEST(FileStream, ASlabKeepsEachValueOfAFrame) {
  const Bytes data = testing::payload(3);
  for (const bool more : {false, true}) {
    for (const uint32_t link_type : {0U, 1U, 276U, (1U << 26) - 1}) {
      for (const uint32_t lane : {0U, 1U, 62U}) {
        Slab slab;
        slab.append(-5, {data.data(), 3, UINT32_MAX, link_type}, more, lane);
        slab.append(INT64_MAX, {data.data(), 0, 0, link_type}, !more, lane);
        ASSERT_EQ(slab.frames().size(), 2U);
        const SlabFrame& first = slab.frames()[0];
        const SlabFrame& second = slab.frames()[1];
        EXPECT_EQ(first.key_ns, -5);
        EXPECT_EQ(first.offset, 0U);
        EXPECT_EQ(first.bytes(), 3U);
        EXPECT_EQ(first.original_bytes, UINT32_MAX);
        EXPECT_EQ(first.more(), more);
        EXPECT_EQ(first.link_type(), link_type);
        EXPECT_EQ(first.lane(), lane);
        EXPECT_EQ(second.key_ns, INT64_MAX);
        EXPECT_EQ(second.offset, 3U);
        EXPECT_EQ(second.bytes(), 0U);
        EXPECT_EQ(second.more(), !more);
      }
    }
  }
}

}  // namespace
}  // namespace gophercap::replay
