#include "replay/plan/frame_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "packet/link_type.h"

namespace gophercap::replay {
namespace {

packet::PacketView view(const std::vector<uint8_t>& bytes, uint8_t fcs = 0) {
  packet::PacketView v;
  v.data = bytes.data();
  v.captured_bytes = v.original_bytes = static_cast<uint32_t>(bytes.size());
  v.fcs_bytes = fcs;
  return v;
}

struct Decided {
  Verdict verdict;
  uint64_t mtu_needed;
  std::vector<packet::Frame> frames;
};
Decided decided(const packet::PacketView& packet, uint32_t link_type, bool out_of_order,
                const Choice& choice, const transmit::FrameLimits& limits,
                const packet::FrameStep* step = nullptr) {
  FrameFilter filter(choice, limits, step);
  const Decision d = filter.decide(packet, link_type, out_of_order);
  return {d.verdict, d.mtu_needed, {d.frames.begin(), d.frames.end()}};
}

constexpr transmit::FrameLimits kMtu1500{
    .ethernet_only = true, .min_bytes = 14, .max_bytes = 1514, .vlan_extra_bytes = 4};

TEST(FrameFilter, SendsWhatFits) {
  const std::vector<uint8_t> frame(1514);
  EXPECT_EQ(decided(view(frame), 1, false, {}, kMtu1500).verdict, Verdict::kSend);
}

TEST(FrameFilter, AllowsFourBytesMoreForAVlanTagOnly) {
  std::vector<uint8_t> frame(1518);
  EXPECT_EQ(decided(view(frame), 1, false, {}, kMtu1500).verdict, Verdict::kTooLong);
  frame[12] = 0x81;
  EXPECT_EQ(decided(view(frame), 1, false, {}, kMtu1500).verdict, Verdict::kSend);
  frame[12] = 0x88;
  frame[13] = 0xa8;  // 802.1ad: the kernel allows no extra bytes for it
  EXPECT_EQ(decided(view(frame), 1, false, {}, kMtu1500).verdict, Verdict::kTooLong);
  frame[12] = 0x81;
  frame[13] = 0;
  frame.resize(1519);
  EXPECT_EQ(decided(view(frame), 1, false, {}, kMtu1500).verdict, Verdict::kTooLong);
}

TEST(FrameFilter, LeavesOffTheFrameCheckSequence) {
  const std::vector<uint8_t> frame(1518);
  const Decided d = decided(view(frame, 4), 1, false, {}, kMtu1500);
  EXPECT_EQ(d.verdict, Verdict::kSend);
  ASSERT_EQ(d.frames.size(), 1u);
  EXPECT_EQ(d.frames[0].bytes, 1514u);
  EXPECT_EQ(d.frames[0].original_bytes, 1514u);
}

TEST(FrameFilter, SkipsByReason) {
  const std::vector<uint8_t> frame(100);
  const std::vector<uint8_t> runt(13);
  EXPECT_EQ(decided(view(frame), 113, false, {}, kMtu1500).verdict, Verdict::kLinkType);
  EXPECT_EQ(decided(view(runt), 1, false, {}, kMtu1500).verdict, Verdict::kTooShort);
  Accounts a;
  for (const Verdict v :
       {Verdict::kSend, Verdict::kLinkType, Verdict::kTooLong, Verdict::kTooShort})
    account({.verdict = v}, a);
  EXPECT_EQ(a.read, 4u);
  EXPECT_EQ(a.skipped_by_target(), 3u);
  a.sent = 1;
  EXPECT_TRUE(a.balanced());
}

TEST(FrameFilter, SaysWhichMtuWouldDo) {
  std::vector<uint8_t> frame(4000);
  EXPECT_EQ(decided(view(frame), 1, false, {}, kMtu1500).mtu_needed, 3986u);
  frame[12] = 0x81;  // 802.1Q: the tag does not count
  EXPECT_EQ(decided(view(frame), 1, false, {}, kMtu1500).mtu_needed, 3982u);
  Accounts a;
  account({.verdict = Verdict::kTooLong, .mtu_needed = 3982}, a);
  account({.verdict = Verdict::kTooLong, .mtu_needed = 1600}, a);
  Accounts b;
  account({.verdict = Verdict::kTooLong, .mtu_needed = 2000}, b);
  b += a;
  EXPECT_EQ(b.mtu_needed.by_some, 1600u);
  EXPECT_EQ(b.mtu_needed.by_all, 3982u);
  b += Accounts();
  EXPECT_EQ(b.times(3).mtu_needed.by_some, 1600u);
}

TEST(FrameFilter, ARecordingTakesEverything) {
  const std::vector<uint8_t> nothing;
  EXPECT_EQ(decided(view(nothing), 250, false, {}, {}).verdict, Verdict::kSend);
}

// Makes a number of copies of each packet, each a few bytes longer.
class Copies final : public packet::FrameStep {
 public:
  Copies(size_t copies, uint32_t growth) : copies_(copies), growth_(growth) {}
  uint32_t growth_bytes() const noexcept override { return growth_; }
  void apply(const packet::Frame& packet, packet::FrameList& out) const override {
    for (size_t i = 0; i < copies_; ++i) {
      packet::Frame copy = packet;
      copy.bytes += growth_;
      copy.original_bytes += growth_;
      uint8_t* to = out.add_made(copy);
      std::copy_n(packet.data, packet.bytes, to);
      std::fill_n(to + packet.bytes, growth_, static_cast<uint8_t>(i));
    }
  }

 private:
  size_t copies_;
  uint32_t growth_;
};

TEST(FrameFilter, AsksTheTargetForWhatAStepMakes) {
  const std::vector<uint8_t> frame(1500, 7);
  const Copies two(2, 14);
  const Decided fits = decided(view(frame), 1, false, {}, kMtu1500, &two);
  EXPECT_EQ(fits.verdict, Verdict::kSend);
  EXPECT_EQ(fits.frames.size(), 2u);
  const Copies longer(2, 15);
  const Decided too_long = decided(view(frame), 1, false, {}, kMtu1500, &longer);
  EXPECT_EQ(too_long.verdict, Verdict::kTooLong);
  EXPECT_EQ(too_long.mtu_needed, 1501u);
  // --skip-mtu too.
  EXPECT_EQ(decided(view(frame), 1, false, {.longest_frame_bytes = 1513}, kMtu1500, &two).verdict,
            Verdict::kAboveLimit);
}

TEST(FrameFilter, AsksTheUserForThePacketAsItWasCaptured) {
  const std::vector<uint8_t> frame(100);
  const Copies two(2, 0);
  EXPECT_EQ(decided(view(frame), 1, true, {.skip_out_of_order = true}, kMtu1500, &two).verdict,
            Verdict::kOutOfOrder);
}

TEST(FrameFilter, APacketOfWhichAStepLeavesNothingIsFiltered) {
  const std::vector<uint8_t> frame(100);
  const Copies none(0, 0);
  EXPECT_EQ(decided(view(frame), 1, false, {}, {}, &none).verdict, Verdict::kFiltered);
}

}  // namespace
}  // namespace gophercap::replay
