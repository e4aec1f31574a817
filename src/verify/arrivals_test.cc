#include "verify/arrivals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "testing/pcap_builder.h"

namespace gophercap::verify {
namespace {

using testing::Bytes;
using testing::ethernet_frame;

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kBase = 1'600'000'000'000 * kMs;  // the receiver's clock at the plan's time 0

struct Timed {
  Bytes frame;
  int64_t at_ns;            // after the beginning
  uint32_t wire_bytes = 0;  // received: 0 = the frame's length; planned: its original length
};

// A frame of 100 bytes that has the number in it.
Bytes numbered(uint32_t n) {
  Bytes frame = ethernet_frame(100, 0);
  for (size_t i = 0; i < 4; ++i) frame[20 + i] = static_cast<uint8_t>(n >> (8 * i));
  return frame;
}

Bytes tagged(Bytes frame, uint16_t type = 0x8100, uint8_t id = 7) {
  const Bytes tag = {static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type), 0, id};
  frame.insert(frame.begin() + 12, tag.begin(), tag.end());
  return frame;
}

// Frames 1 ms apart.
std::vector<Timed> steps(const std::vector<uint32_t>& numbers) {
  std::vector<Timed> packets;
  for (const uint32_t n : numbers)
    packets.push_back({numbered(n), static_cast<int64_t>(packets.size()) * kMs});
  return packets;
}

std::vector<Timed> many(uint32_t count) {
  std::vector<uint32_t> numbers(count);
  for (uint32_t i = 0; i < count; ++i) numbers[i] = i;
  return steps(numbers);
}

Arrivals judged(const std::vector<Timed>& plan, const std::vector<Timed>& received,
                uint32_t compared_bytes = UINT32_MAX,
                std::optional<CaptureTime> started = std::nullopt) {
  ArrivalMatcher matcher(uint64_t{1} << 30, plan.size(), compared_bytes);
  for (const Timed& p : plan) EXPECT_TRUE(matcher.expect(p.frame, Nanos(p.at_ns), p.wire_bytes));
  matcher.seal();
  for (const Timed& p : received) {
    const auto wire = p.wire_bytes != 0 ? p.wire_bytes : static_cast<uint32_t>(p.frame.size());
    EXPECT_TRUE(matcher.arrive({p.frame, wire, capture_time(kBase + p.at_ns)}));
  }
  Arrivals result = matcher.judge(started);
  EXPECT_EQ(result.expected, plan.size());
  EXPECT_EQ(result.expected, result.arrived + result.lost);
  EXPECT_EQ(received.size(), result.arrived + result.duplicated + result.unexpected);
  EXPECT_EQ(result.offset_error.count(), result.arrived);
  return result;
}

TEST(Arrivals, AllInOrder) {
  const Arrivals a = judged(many(1000), many(1000));
  EXPECT_EQ(a.arrived, 1000U);
  EXPECT_TRUE(a.complete());
  EXPECT_EQ(a.offset_error.max(), 0);
  EXPECT_EQ(a.gap_error.max(), 0);
  EXPECT_EQ(a.gap_error.count(), 999U);
  EXPECT_EQ(a.lateness.count(), 0U);
  EXPECT_EQ(a.planned_duration, Nanos(999 * kMs));
  EXPECT_EQ(a.duration, Nanos(999 * kMs));
}

TEST(Arrivals, NothingIsComparedWithNothing) {
  EXPECT_TRUE(judged({}, {}).complete());
  EXPECT_EQ(judged({}, many(2)).unexpected, 2U);
  const Arrivals none = judged(many(12), {});
  EXPECT_EQ(none.lost, 12U);
  ASSERT_EQ(none.first_lost.size(), Arrivals::kLostListed);
  EXPECT_EQ(none.first_lost[9].place, 9U);
  EXPECT_EQ(none.first_lost[9].due, Nanos(9 * kMs));
}

TEST(Arrivals, LostDuplicatedAndUnexpectedAreCounted) {
  std::vector<Timed> received = many(100);
  received.push_back({numbered(1000), 100 * kMs});               // nobody's
  received.insert(received.begin() + 50, received[49]);          // twice
  received.erase(received.begin() + 10, received.begin() + 13);  // three lost
  const Arrivals a = judged(many(100), received);
  EXPECT_EQ(a.lost, 3U);
  EXPECT_EQ(a.first_lost[0].place, 10U);
  EXPECT_EQ(a.duplicated, 1U);
  EXPECT_EQ(a.unexpected, 1U);
  EXPECT_EQ(a.reordered, 0U);
  EXPECT_EQ(a.offset_error.max(), 0);
  EXPECT_EQ(a.gap_error.max(), 0);
}

TEST(Arrivals, ReorderedAsRfc4737HasIt) {
  std::vector<Timed> received = many(10);
  // 3 arrives after 4, 5 and 6: only it is reordered, by three packets.
  std::swap(received[3].frame, received[4].frame);
  std::swap(received[4].frame, received[5].frame);
  std::swap(received[5].frame, received[6].frame);
  const Arrivals a = judged(many(10), received);
  EXPECT_EQ(a.arrived, 10U);
  EXPECT_EQ(a.reordered, 1U);
  EXPECT_EQ(a.reorder_extent, 3U);
  EXPECT_EQ(a.reorder_late_time, Nanos(3 * kMs));
  // The opposite: 6 arrives before 3, 4 and 5, so these three are reordered.
  std::vector<Timed> ahead = many(10);
  std::swap(ahead[6].frame, ahead[5].frame);
  std::swap(ahead[5].frame, ahead[4].frame);
  std::swap(ahead[4].frame, ahead[3].frame);
  EXPECT_EQ(judged(many(10), ahead).reordered, 3U);
  EXPECT_EQ(judged(many(10), ahead).reorder_extent, 3U);
}

TEST(Arrivals, IdenticalFramesGoByOrderAndTime) {
  // The same frame every ten packets, among others that are all different.
  std::vector<uint32_t> numbers;
  for (uint32_t i = 0; i < 1000; ++i) numbers.push_back(i % 10 == 0 ? 5000 : i);
  const std::vector<Timed> plan = steps(numbers);
  EXPECT_EQ(judged(plan, plan).offset_error.max(), 0);
  std::vector<Timed> received = plan;
  received.erase(received.begin() + 200);
  const Arrivals lost = judged(plan, received);
  EXPECT_EQ(lost.lost, 1U);
  EXPECT_EQ(lost.first_lost[0].place, 200U);
  EXPECT_EQ(lost.reordered, 0U);
  EXPECT_EQ(lost.offset_error.max(), 0);
  std::vector<Timed> twice = plan;
  twice.insert(twice.begin() + 801, twice[800]);
  twice[801].at_ns += 1000;
  const Arrivals copy = judged(plan, twice);
  EXPECT_EQ(copy.duplicated, 1U);
  EXPECT_EQ(copy.lost, 0U);
  EXPECT_EQ(copy.offset_error.max(), 0);
}

TEST(Arrivals, ARareIdenticalFrameLostDoesNotShiftTheOthersByHours) {
  std::vector<Timed> plan;
  for (uint32_t hour = 0; hour < 50; ++hour) {
    const int64_t at = int64_t{hour} * 3'600'000 * kMs;
    plan.push_back({numbered(hour), at});
    plan.push_back({ethernet_frame(60, 9), at + kMs});
  }
  std::vector<Timed> received = plan;
  received.insert(received.begin() + 62, received[61]);  // a copy in hour 30
  received.erase(received.begin() + 21);                 // lost in hour 10
  const Arrivals a = judged(plan, received);
  EXPECT_EQ(a.lost, 1U);
  EXPECT_EQ(a.first_lost[0].place, 21U);
  EXPECT_EQ(a.duplicated, 1U);
  EXPECT_EQ(a.reordered, 0U);
  EXPECT_EQ(a.offset_error.max(), 0);
}

TEST(Arrivals, LoopsRepeatEveryFrame) {
  std::vector<Timed> plan;
  for (int64_t loop = 0; loop < 20; ++loop) {
    for (Timed packet : many(50)) {
      packet.at_ns += loop * 5'000 * kMs;
      plan.push_back(packet);
    }
  }
  EXPECT_EQ(judged(plan, plan).offset_error.max(), 0);
  std::vector<Timed> received = plan;
  received.erase(received.begin() + 333);
  const Arrivals a = judged(plan, received);
  EXPECT_EQ(a.lost, 1U);
  EXPECT_EQ(a.first_lost[0].place, 333U);
  EXPECT_EQ(a.offset_error.max(), 0);
}

TEST(Arrivals, ThePlanOfAPartKnowsNothingOfTheRest) {
  // 100 s with one packet every 10 ms, including the same one every second; the plan has 20 s of
  // it.
  std::vector<Timed> all;
  for (uint32_t i = 0; i < 10'000; ++i)
    all.push_back({i % 100 == 50 ? ethernet_frame(60, 9) : numbered(i), int64_t{i} * 10 * kMs});
  std::vector<Timed> part(all.begin() + 3000, all.begin() + 5000);
  for (Timed& p : part) p.at_ns -= 30'000 * kMs;
  const Arrivals a = judged(part, all);
  EXPECT_TRUE(a.complete());
  EXPECT_EQ(a.arrived, 2000U);
  EXPECT_EQ(a.unexpected, 8000U);
  EXPECT_EQ(a.offset_error.max(), 0);
}

TEST(Arrivals, RandomLossesAndCopiesAreCountedToThePacket) {
  std::mt19937 random(7);
  const auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  for (int trial = 0; trial < 300; ++trial) {
    const uint32_t kinds = 1 + below(20);  // of identical frames, among others
    const bool loses = below(2) == 0;
    std::vector<Timed> plan;
    std::vector<Timed> received;
    int64_t at = 0;
    uint64_t odd = 0;
    for (uint32_t i = 0; i < 400; ++i) {
      at += kMs + below(5) * kMs;
      const Timed packet{numbered(below(3) == 0 ? i + 1000 : below(kinds)), at};
      plan.push_back(packet);
      Timed seen = packet;
      seen.at_ns += 30'000 + below(200'000);
      const bool is_odd = below(20) == 0;
      odd += is_odd ? 1 : 0;
      if (is_odd && loses) continue;
      received.push_back(seen);
      seen.at_ns += 1'000;
      if (is_odd) received.push_back(seen);
    }
    const Arrivals a = judged(plan, received);
    EXPECT_EQ(a.lost, loses ? odd : 0U) << trial;
    EXPECT_EQ(a.duplicated, loses ? 0U : odd) << trial;
    EXPECT_EQ(a.reordered, 0U) << trial;
    EXPECT_LE(a.offset_error.max(), 201'000) << trial;
  }
}

TEST(Arrivals, OfLoopsThatWereMissedTheSendersClockTells) {
  std::vector<Timed> plan;
  for (int64_t loop = 0; loop < 5; ++loop) {
    for (const Timed& packet : many(50))
      plan.push_back({packet.frame, packet.at_ns + loop * kMs * 60});
  }
  const std::vector<Timed> received(plan.begin() + 120, plan.end());
  const Arrivals a = judged(plan, received, UINT32_MAX, capture_time(kBase));
  EXPECT_EQ(a.lost, 120U);
  EXPECT_EQ(a.first_lost[0].place, 0U);
  EXPECT_EQ(a.lateness.max(), 0);
  EXPECT_EQ(a.early, 0U);
  EXPECT_EQ(a.reordered, 0U);
}

TEST(Arrivals, AllFramesIdentical) {
  std::vector<Timed> plan(500, {ethernet_frame(60, 1), 0});
  for (size_t i = 0; i < plan.size(); ++i) plan[i].at_ns = static_cast<int64_t>(i) * kMs;
  EXPECT_EQ(judged(plan, plan).offset_error.max(), 0);
  std::vector<Timed> received = plan;
  received.erase(received.begin() + 100);
  const Arrivals a = judged(plan, received);
  EXPECT_EQ(a.lost, 1U);
  EXPECT_EQ(a.first_lost[0].place, 100U);
  EXPECT_EQ(a.offset_error.max(), 0);
}

TEST(Arrivals, AStallIsLatenessNotLoss) {
  std::vector<uint32_t> numbers;
  for (uint32_t i = 0; i < 2000; ++i) numbers.push_back(i % 2 == 0 ? 5000 : i);
  const std::vector<Timed> plan = steps(numbers);
  std::vector<Timed> received = plan;
  for (size_t i = 1000; i < 1300; ++i) received[i].at_ns = 1300 * kMs;
  const Arrivals a = judged(plan, received);
  EXPECT_TRUE(a.complete());
  EXPECT_EQ(a.offset_error.max(), 300 * kMs);
}

TEST(Arrivals, ASnapLengthOfTheReceiverIsCompared) {
  std::vector<Timed> received = many(50);
  for (Timed& p : received) {
    p.wire_bytes = 100;
    p.frame.resize(64);
  }
  received[7].frame[63] ^= 1;
  received[8].wire_bytes = 99;  // another length
  const Arrivals a = judged(many(50), received, 64);
  EXPECT_EQ(a.arrived, 48U);
  EXPECT_EQ(a.lost, 2U);
  EXPECT_EQ(a.unexpected, 2U);
  EXPECT_EQ(a.cut, 48U);
  received[9].frame.resize(40);  // shorter than all others: can't be told
  EXPECT_EQ(judged(many(50), received, 64).unexpected, 3U);
  // A receiver that keeps whole frames, and one that cuts them.
  EXPECT_EQ(judged(many(50), many(50), 64).cut, 0U);
  EXPECT_EQ(judged(many(50), many(50), 64).arrived, 50U);
}

// The set has only the first bytes of some frames. A wire carries just these, while a recording
// keeps the original length. Their lengths differ, and some are shorter than a receiver's cut.
TEST(Arrivals, FramesThatTheSetHasInPartAreFoundOnAWireAndInARecording) {
  std::vector<Timed> plan = many(40);
  std::vector<Timed> wire = many(40);
  for (const size_t i : {3U, 4U, 5U, 20U, 39U}) {
    plan[i].frame.resize(26 + i);
    plan[i].wire_bytes = 1500;
    wire[i].frame = plan[i].frame;
  }
  plan[5].frame = plan[4].frame;  // twins
  wire[5].frame = plan[4].frame;
  for (const uint32_t compared : {UINT32_MAX, 46U, 32U}) {
    const Arrivals recorded = judged(plan, plan, compared);
    EXPECT_EQ(recorded.arrived, 40U) << compared;
    EXPECT_TRUE(recorded.complete()) << compared;
    EXPECT_EQ(recorded.cut, 5U) << compared;
    EXPECT_EQ(recorded.offset_error.max(), 0) << compared;
    const Arrivals sent = judged(plan, wire, compared);
    EXPECT_EQ(sent.arrived, 40U) << compared;
    EXPECT_TRUE(sent.complete()) << compared;
    EXPECT_EQ(sent.cut, 0U) << compared;
  }
  // One that was lost on the wire, and one with another length than the original.
  std::vector<Timed> received = plan;
  received[20].wire_bytes = 1499;
  received.erase(received.begin() + 3);
  EXPECT_EQ(judged(plan, received).lost, 2U);
  EXPECT_EQ(judged(plan, received).unexpected, 1U);
}

TEST(Arrivals, ARecordingOfNothingButFramesInPartIsFound) {
  std::vector<Timed> plan = many(50);
  for (Timed& p : plan) {
    p.frame.resize(40);
    p.wire_bytes = 900;
  }
  const Arrivals a = judged(plan, plan, 40);
  EXPECT_EQ(a.arrived, 50U);
  EXPECT_TRUE(a.complete());
}

TEST(Arrivals, PaddingOfShortFramesIsSeen) {
  std::vector<Timed> plan;
  for (uint8_t i = 0; i < 40; ++i) plan.push_back({ethernet_frame(18 + i, i), i * kMs});
  std::vector<Timed> received = plan;
  for (Timed& p : received) p.frame.resize(std::max<size_t>(p.frame.size(), 60));
  received[5].frame[59] = 1;  // that is no padding
  const Arrivals a = judged(plan, received);
  EXPECT_EQ(a.arrived, 39U);
  EXPECT_EQ(a.unexpected, 1U);
  EXPECT_EQ(a.padded, 39U);
  EXPECT_EQ(a.reordered, 0U);
}

TEST(Arrivals, VlanTagsThatTheReceiverLacksAreRestored) {
  std::vector<Timed> plan = many(60);
  for (size_t i = 0; i < plan.size(); i += 3)
    plan[i].frame = tagged(plan[i].frame, i % 2 == 0 ? 0x8100 : 0x88a8);
  EXPECT_EQ(judged(plan, plan).vlan_tags_restored, 0U);
  const Arrivals a = judged(plan, many(60));
  EXPECT_TRUE(a.complete());
  EXPECT_EQ(a.arrived, 60U);
  EXPECT_EQ(a.vlan_tags_restored, 20U);
  EXPECT_EQ(a.offset_error.max(), 0);
}

TEST(Arrivals, TaggedAndUntaggedTwinsAreBothFound) {
  // A mirror port sees each frame with and without its tag; the receiver removes all tags.
  std::vector<Timed> plan;
  std::vector<Timed> received;
  for (uint32_t i = 0; i < 30; ++i) {
    plan.push_back({tagged(numbered(i)), int64_t{2 * i} * kMs});
    plan.push_back({numbered(i), int64_t{2 * i + 1} * kMs});
    received.push_back({numbered(i), int64_t{2 * i} * kMs});
    received.push_back({numbered(i), int64_t{2 * i + 1} * kMs});
  }
  const Arrivals a = judged(plan, received);
  EXPECT_EQ(a.arrived, 60U);
  EXPECT_EQ(a.lost + a.duplicated + a.unexpected, 0U);
  EXPECT_EQ(a.vlan_tags_restored, 30U);
}

TEST(Arrivals, ShortTaggedFramesThatLostTheirTagAndWerePadded) {
  const Bytes bare = ethernet_frame(40, 3);
  Bytes padded = bare;
  padded.resize(60);
  const Arrivals a = judged({{tagged(bare), 0}}, {{padded, 0}});
  EXPECT_EQ(a.arrived, 1U);
  EXPECT_EQ(a.padded, 1U);
  EXPECT_EQ(a.vlan_tags_restored, 1U);
}

TEST(Arrivals, TimesAgainstTheSendersClock) {
  std::vector<Timed> received = many(1000);
  for (size_t i = 0; i < received.size(); ++i) received[i].at_ns += i % 10 == 0 ? 50'000 : 2'000;
  received[500].at_ns -= 3'000;
  const Arrivals a = judged(many(1000), received, UINT32_MAX, capture_time(kBase));
  EXPECT_EQ(a.lateness.count(), 1000U);
  EXPECT_EQ(a.lateness.max(), 50'000);
  EXPECT_NEAR(static_cast<double>(a.lateness.quantile(0.5)), 2'000, 32);
  EXPECT_EQ(a.early, 0U);
  EXPECT_EQ(a.median_lateness, Nanos(2'000));
  EXPECT_EQ(a.offset_error.max(), 48'000);
  const Arrivals soon = judged(many(1000), received, UINT32_MAX, capture_time(kBase + 10'000));
  EXPECT_EQ(soon.early, 900U);
  EXPECT_EQ(soon.median_lateness, Nanos(-8'000));
}

TEST(Arrivals, AClockThatRunsFastIsDrift) {
  std::vector<Timed> received = many(10'000);              // 10 s
  for (Timed& p : received) p.at_ns += p.at_ns / 100'000;  // 10 ppm
  const Arrivals a = judged(many(10'000), received);
  EXPECT_NEAR(static_cast<double>(a.drift.count()), 90'000, 100);
  EXPECT_EQ(a.offset_error.max(), 50'000);
  EXPECT_EQ(a.gap_error.max(), 10);
}

TEST(Arrivals, StampsAtTheEndsOf64Bits) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  ArrivalMatcher matcher(1 << 20, 4, UINT32_MAX);
  for (uint32_t i = 0; i < 4; ++i)
    ASSERT_TRUE(matcher.expect(numbered(i / 2), i < 2 ? Nanos{0} : Nanos(kMost)));
  matcher.seal();
  for (uint32_t i = 0; i < 5; ++i)
    ASSERT_TRUE(matcher.arrive({numbered(i / 3), 100, capture_time(i % 2 == 0 ? kMost : kLeast)}));
  const Arrivals a = matcher.judge(capture_time(kLeast));
  EXPECT_EQ(a.arrived + a.duplicated + a.unexpected, 5U);
}

TEST(Arrivals, SaysWhenMemoryIsUsedUp) {
  ArrivalMatcher matcher(40 * 10 + 28 * 2, 1'000'000'000, UINT32_MAX);
  for (uint32_t i = 0; i < 10; ++i) EXPECT_TRUE(matcher.expect(numbered(i), Nanos{0}));
  matcher.seal();
  EXPECT_TRUE(matcher.arrive({numbered(99), 100, {}}));  // nobody's need no memory
  EXPECT_TRUE(matcher.arrive({numbered(0), 100, {}}));
  EXPECT_TRUE(matcher.arrive({numbered(1), 100, {}}));
  EXPECT_FALSE(matcher.arrive({numbered(2), 100, {}}));
  ArrivalMatcher small(100, 5, UINT32_MAX);
  EXPECT_TRUE(small.expect(numbered(0), Nanos{0}));
  EXPECT_TRUE(small.expect(numbered(1), Nanos{0}));
  EXPECT_FALSE(small.expect(numbered(2), Nanos{0}));
}

}  // namespace
}  // namespace gophercap::verify
