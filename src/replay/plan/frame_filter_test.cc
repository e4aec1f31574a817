#include "replay/plan/frame_filter.h"

#include <gtest/gtest.h>

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

constexpr transmit::FrameLimits kMtu1500{
    .ethernet_only = true, .min_bytes = 14, .max_bytes = 1514, .vlan_extra_bytes = 4};

TEST(FrameFilter, SendsWhatFits) {
  const std::vector<uint8_t> frame(1514);
  EXPECT_EQ(decide(view(frame), 1, false, {}, kMtu1500).verdict, Verdict::kSend);
}

TEST(FrameFilter, AllowsFourBytesMoreForAVlanTagOnly) {
  std::vector<uint8_t> frame(1518);
  EXPECT_EQ(decide(view(frame), 1, false, {}, kMtu1500).verdict, Verdict::kTooLong);
  frame[12] = 0x81;
  EXPECT_EQ(decide(view(frame), 1, false, {}, kMtu1500).verdict, Verdict::kSend);
  frame[12] = 0x88;
  frame[13] = 0xa8;  // 802.1ad: the kernel gives nothing extra for it
  EXPECT_EQ(decide(view(frame), 1, false, {}, kMtu1500).verdict, Verdict::kTooLong);
  frame[12] = 0x81;
  frame[13] = 0;
  frame.resize(1519);
  EXPECT_EQ(decide(view(frame), 1, false, {}, kMtu1500).verdict, Verdict::kTooLong);
}

TEST(FrameFilter, LeavesOffTheFrameCheckSequence) {
  const std::vector<uint8_t> frame(1518);
  const Decision d = decide(view(frame, 4), 1, false, {}, kMtu1500);
  EXPECT_EQ(d.verdict, Verdict::kSend);
  EXPECT_EQ(d.captured_bytes, 1514u);
  EXPECT_EQ(d.original_bytes, 1514u);
}

TEST(FrameFilter, SkipsByReason) {
  const std::vector<uint8_t> frame(100);
  const std::vector<uint8_t> runt(13);
  EXPECT_EQ(decide(view(frame), 113, false, {}, kMtu1500).verdict, Verdict::kLinkType);
  EXPECT_EQ(decide(view(runt), 1, false, {}, kMtu1500).verdict, Verdict::kTooShort);
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
  EXPECT_EQ(decide(view(frame), 1, false, {}, kMtu1500).mtu_needed, 3986u);
  frame[12] = 0x81;  // 802.1Q: the tag does not count
  EXPECT_EQ(decide(view(frame), 1, false, {}, kMtu1500).mtu_needed, 3982u);
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
  EXPECT_EQ(decide(view(nothing), 250, false, {}, {}).verdict, Verdict::kSend);
}

}  // namespace
}  // namespace gophercap::replay
