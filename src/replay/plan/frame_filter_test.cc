#include "replay/plan/frame_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
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
  FrameFilter filter(choice, limits, {.step = step});
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
  bool may_change(uint32_t /*link_type*/) const noexcept override { return true; }
  std::optional<packet::LeftOut> apply(const packet::Frame& packet,
                                       packet::FrameList& out) const override {
    for (size_t i = 0; i < copies_; ++i) {
      packet::Frame copy = packet;
      copy.bytes += growth_;
      copy.original_bytes += growth_;
      uint8_t* to = out.add_made(copy);
      std::copy_n(packet.data, packet.bytes, to);
      std::fill_n(to + packet.bytes, growth_, static_cast<uint8_t>(i));
    }
    return copies_ == 0 ? std::optional(packet::LeftOut::kFiltered) : std::nullopt;
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

// Divides what it is asked for, and remembers with which limits.
class Halves final : public packet::FrameFitter {
 public:
  explicit Halves(packet::Fit fit) : fit_(fit) {}
  packet::Fit fit(const packet::Frame& frame, const packet::Frame& before, uint32_t most_bytes,
                  packet::FrameList& out) const override {
    asked_.push_back(most_bytes);
    before_ = before;
    if (!packet::leaves(fit_)) return fit_;
    packet::Frame half = frame;
    half.bytes = frame.bytes / 2;
    out.add(half);
    half.data += half.bytes;
    out.add(half);
    return fit_;
  }
  const std::vector<uint32_t>& asked() const { return asked_; }
  const packet::Frame& before() const { return before_; }

 private:
  packet::Fit fit_;
  mutable packet::Frame before_{};
  mutable std::vector<uint32_t> asked_;
};

TEST(FrameFilter, OnlyWhatIsTooLongIsMadeToFit) {
  const Halves halves(packet::Fit::kSegments);
  FrameFilter filter({}, kMtu1500, {.fitter = &halves});
  Accounts a;
  const auto take = [&](const std::vector<uint8_t>& frame) {
    const Decision d = filter.decide(view(frame), 1, false);
    account(d, a);
    return d.verdict == Verdict::kSend ? d.frames.size() : 0;
  };
  std::vector<uint8_t> tagged(1518);
  tagged[12] = 0x81;
  EXPECT_EQ(take(std::vector<uint8_t>(1514)), 1u);
  EXPECT_EQ(take(tagged), 1u);
  EXPECT_TRUE(halves.asked().empty());
  EXPECT_EQ(take(std::vector<uint8_t>(1515)), 2u);
  tagged.resize(1519);
  EXPECT_EQ(take(tagged), 2u);
  EXPECT_EQ(take(std::vector<uint8_t>(5000)), 0u);  // the halves do not fit either
  EXPECT_EQ(halves.asked(), (std::vector<uint32_t>{1514, 1518, 1514}));
  EXPECT_EQ(a.segmented, 2u);
  EXPECT_EQ(a.skipped_too_long, 1u);
  EXPECT_EQ(a.mtu_needed.by_all, 4986u);
}

TEST(FrameFilter, WhatCannotBeMadeToFitIsSkippedByReason) {
  const std::vector<uint8_t> frame(2000);
  Accounts a;
  for (const packet::Fit fit :
       {packet::Fit::kNone, packet::Fit::kCut, packet::Fit::kDontFragment, packet::Fit::kLeftOut}) {
    const Halves refuses(fit);
    FrameFilter filter({}, kMtu1500, {.fitter = &refuses});
    account(filter.decide(view(frame), 1, false), a);
  }
  EXPECT_EQ(a.skipped_too_long, 1u);
  EXPECT_EQ(a.skipped_too_long_cut, 1u);
  EXPECT_EQ(a.skipped_dont_fragment, 1u);
  EXPECT_EQ(a.skipped_oversize, 1u);
  EXPECT_EQ(a.missing(), 3u);
}

// Puts the number of the loop in front of frames that begin with a 1.
class Prepend final : public packet::FrameRewriter {
 public:
  uint32_t growth_bytes() const noexcept override { return 1; }
  bool may_change(uint32_t link_type) const noexcept override { return link_type == 1; }
  bool may_resize(uint32_t link_type) const noexcept override { return link_type == 1; }
  bool rewrite(const packet::Frame& frame, uint64_t loop, packet::FrameList& out) const override {
    if (frame.data[0] != 1) {
      out.add(frame);
      return false;
    }
    packet::Frame longer = frame;
    ++longer.bytes;
    uint8_t* to = out.add_made(longer);
    *to = static_cast<uint8_t>(loop);
    std::copy_n(frame.data, frame.bytes, to + 1);
    return true;
  }
};

TEST(FrameFilter, FramesOfAStepAreRewrittenBeforeTheyAreJudged) {
  const std::vector<uint8_t> frame(1500, 1);
  const Prepend prepend;
  const Copies two(2, 14);
  const Halves halves(packet::Fit::kSegments);
  FrameFilter filter({}, kMtu1500, {.step = &two, .rewriter = &prepend, .fitter = &halves}, 7);
  Accounts a;
  const Decision d = filter.decide(view(frame), 1, false);
  account(d, a);
  EXPECT_EQ(halves.asked(), (std::vector<uint32_t>{1514, 1514}));
  ASSERT_EQ(d.frames.size(), 4u);
  EXPECT_EQ(d.frames[0].data[0], 7);
  // The fitter also gets the frame that was not rewritten yet.
  EXPECT_EQ(halves.before().bytes, 1514u);
  EXPECT_EQ(halves.before().data[0], 1);
  EXPECT_EQ(a.rewritten, 1u);
  EXPECT_EQ(a.segmented, 1u);
}

TEST(FrameFilter, WhatIsNotRewrittenIsNeitherCopiedNorCounted) {
  const std::vector<uint8_t> frame(100, 2);
  const Prepend prepend;
  FrameFilter filter({}, kMtu1500, {.rewriter = &prepend});
  Accounts a;
  const Decision d = filter.decide(view(frame), 1, false);
  account(d, a);
  EXPECT_FALSE(filter.surely_sends(d.frames[0]));
  EXPECT_EQ(d.frames[0].data, frame.data());
  EXPECT_EQ(a.rewritten, 0u);
}

TEST(FrameFilter, AnMtuCountsFromTheIpHeader) {
  const transmit::FrameLimits limits = within_mtu({}, 1500);
  std::vector<uint8_t> raw(1500);
  raw[0] = 0x45;
  const auto verdict = [&](uint32_t link_type) {
    return decided(view(raw), link_type, false, {}, limits).verdict;
  };
  EXPECT_EQ(verdict(228), Verdict::kSend);
  raw.push_back(0);
  EXPECT_EQ(verdict(228), Verdict::kTooLong);
  EXPECT_EQ(verdict(1), Verdict::kSend);
  EXPECT_EQ(within_mtu(kMtu1500, 9000).max_bytes, 1514u);
  EXPECT_EQ(within_mtu(kMtu1500, 576).max_bytes, 590u);
}

TEST(FrameFilter, PadsToTheLengthOnTheWire) {
  const std::vector<uint8_t> frame(60, 9);
  packet::PacketView cut = view(frame);
  cut.original_bytes = 100;
  const Choice choice{.pad_cut = true};
  FrameFilter filter(choice, kMtu1500);
  Accounts a;
  const Decision padded = filter.decide(cut, 1, false);
  account(padded, a);
  ASSERT_EQ(padded.frames.size(), 1u);
  EXPECT_EQ(padded.frames[0].bytes, 100u);
  EXPECT_EQ(padded.frames[0].data[59], 9);
  EXPECT_EQ(padded.frames[0].data[60], 0);
  account(filter.decide(view(frame), 1, false), a);
  EXPECT_EQ(a.padded, 1u);
  // No capture has such packets; the length is damaged.
  cut.original_bytes = UINT32_MAX;
  EXPECT_EQ(filter.decide(cut, 1, false).frames[0].bytes, 60u);
}

}  // namespace
}  // namespace gophercap::replay
