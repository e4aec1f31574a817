// A step that makes no frame, one or several from a packet: order, accounts, limits.
#include "packet/frame_step.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "replay/engine_for_test.h"

namespace gophercap::replay {
namespace {

using testing::Bytes;

uint32_t number_of(const Bytes& frame) {
  return frame[18] | uint32_t{frame[19]} << 8;
}
uint8_t part_of(const Bytes& frame) {
  return frame[30];
}

// Makes copies(n) frames of packet n, each a few bytes longer than the packet. Byte 30 has the
// number of the copy.
class Multiply final : public packet::FrameStep {
 public:
  Multiply(std::function<uint32_t(uint32_t)> copies, uint32_t growth)
      : copies_(std::move(copies)), growth_(growth) {}
  uint32_t growth_bytes() const noexcept override { return growth_; }
  bool may_change(uint32_t /*link_type*/) const noexcept override { return true; }
  std::optional<packet::LeftOut> apply(const packet::Frame& packet,
                                       packet::FrameList& out) const override {
    const uint32_t n = packet.data[18] | uint32_t{packet.data[19]} << 8;
    for (uint32_t part = 0; part < copies_(n); ++part) {
      packet::Frame frame = packet;
      frame.bytes += growth_;
      frame.original_bytes += growth_;
      uint8_t* bytes = out.add_made(frame);
      std::copy_n(packet.data, packet.bytes, bytes);
      std::fill_n(bytes + packet.bytes, growth_, uint8_t{0xee});
      bytes[30] = static_cast<uint8_t>(part);
    }
    return copies_(n) == 0 ? std::optional(packet::LeftOut::kFiltered) : std::nullopt;
  }

 private:
  std::function<uint32_t(uint32_t)> copies_;
  uint32_t growth_;
};

const Multiply& none_one_or_two() {
  static const Multiply step([](uint32_t n) { return n % 3; }, 4);
  return step;
}

class Step : public Engine {
 protected:
  // Two interleaved files; every third packet has the same time in both.
  void add_files(uint32_t packets) {
    std::vector<int64_t> a;
    std::vector<int64_t> b;
    for (uint32_t i = 0; i < packets; ++i) {
      a.push_back(10 * i);
      b.push_back(10 * i + (i % 3 == 0 ? 0 : 5));
    }
    add_file("a.pcap", a);
    add_file("b.pcap", b);
  }
  // The step makes the same frames as from the merged packets, and those of a packet stay together.
  void expect_steps(uint32_t growth, const std::function<uint32_t(uint32_t)>& copies,
                    uint64_t loops = 1) {
    std::sort(expected_.begin(), expected_.end(),
              [](const ExpectedPacket& a, const ExpectedPacket& b) {
                return std::tie(a.key, a.path, a.number) < std::tie(b.key, b.path, b.number);
              });
    size_t at = 0;
    for (uint64_t loop = 0; loop < loops; ++loop) {
      for (const ExpectedPacket& packet : expected_) {
        for (uint32_t part = 0; part < copies(packet.number); ++part, ++at) {
          ASSERT_LT(at, out_.sent.size());
          ASSERT_EQ(out_.sent[at].data.size(), packet.frame.size() + growth);
          ASSERT_EQ(number_of(out_.sent[at].data), packet.number) << "frame " << at;
          ASSERT_EQ(part_of(out_.sent[at].data), part) << "frame " << at;
          if (loops == 1) {
            ASSERT_EQ(ns_of(out_.sent[at].stamp), packet.key);
          }
        }
      }
    }
    EXPECT_EQ(at, out_.sent.size());
  }
};

TEST_F(Step, FramesLeaveInThePlaceOfTheirPacketAndAtItsTime) {
  add_files(900);
  const Report report = run({.changes = {.step = &none_one_or_two()}});
  expect_steps(4, [](uint32_t n) { return n % 3; });
  EXPECT_EQ(report.accounts.read, 1800u);
  EXPECT_EQ(report.accounts.sent, 1200u);
  EXPECT_EQ(report.accounts.frames_sent, 1800u);
  EXPECT_EQ(report.accounts.filtered, 600u);
  EXPECT_EQ(report.accounts.sent_bytes, 1800u * 64);
  EXPECT_EQ(report.accounts.unsent_at_stop, 0u);
  EXPECT_TRUE(report.accounts.balanced());
}

// Writes the number of the loop into byte 30.
class LoopNumber final : public packet::FrameRewriter {
 public:
  uint32_t growth_bytes() const noexcept override { return 0; }
  bool may_change(uint32_t /*link_type*/) const noexcept override { return true; }
  bool may_resize(uint32_t /*link_type*/) const noexcept override { return false; }
  bool rewrite(const packet::Frame& frame, uint64_t loop, packet::FrameList& out) const override {
    if (loop == 0) {
      out.add(frame);
      return false;
    }
    uint8_t* const bytes = out.add_made(frame);
    std::copy_n(frame.data, frame.bytes, bytes);
    bytes[30] = static_cast<uint8_t>(loop);
    return true;
  }
};

TEST_F(Step, ARewriterKnowsTheLoop) {
  add_files(300);
  const LoopNumber number;
  const Report report = run({.changes = {.rewriter = &number}, .loops = 3});
  ASSERT_EQ(out_.sent.size(), 1800u);
  for (size_t i = 600; i < 1800; ++i) {
    testing::Bytes expected = out_.sent[i % 600].data;
    expected[30] = static_cast<uint8_t>(i / 600);
    ASSERT_EQ(out_.sent[i].data, expected) << i;
  }
  EXPECT_EQ(report.accounts.rewritten, 1200u);
}

TEST_F(Step, SlabsThatAreFullInTheMiddleKeepTheOrder) {
  add_files(900);
  const Multiply many([](uint32_t) { return 7u; }, 1000);
  const Report report = run({.changes = {.step = &many}, .memory_bytes = 1 << 16});
  expect_steps(1000, [](uint32_t) { return 7u; });
  EXPECT_EQ(report.accounts.sent, 1800u);
  EXPECT_EQ(report.accounts.frames_sent, 1800u * 7);
}

TEST_F(Step, GoesThroughLoopsAndMemoryAlike) {
  add_files(60);
  run({.changes = {.step = &none_one_or_two()}, .loops = 3});
  expect_steps(
      4, [](uint32_t n) { return n % 3; }, 3);
  out_.sent.clear();
  const Report report = run({.changes = {.step = &none_one_or_two()}, .loops = 3, .preload = true});
  expect_steps(
      4, [](uint32_t n) { return n % 3; }, 3);
  EXPECT_EQ(report.accounts.sent, 3u * 80);
  EXPECT_EQ(report.accounts.frames_sent, 3u * 120);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Step, SortingCountsPackets) {
  // Each packet but the last is one place too late, so one packet may wait, with all of its frames.
  add_file("a.pcap", {30, 10, 50, 20, 70, 40, 90, 60});
  std::sort(paths_.begin(), paths_.end());
  dataset::ScanProgress progress;
  dataset::DatasetSummary set;
  set.files = dataset::scan_files(paths_, 1, progress);
  dataset::summarize(set);
  const Result<Plan> plan = make_plan(set, {.key_rule = KeyRule::kOwnTime});
  ASSERT_TRUE(plan);
  const Multiply three([](uint32_t) { return 3u; }, 0);
  SimulatedClock clock;
  const Report report = play(*plan, {.changes = {.step = &three}}, out_, clock, {}, {});
  ASSERT_EQ(out_.sent.size(), 24u);
  for (size_t i = 1; i < out_.sent.size(); ++i) {
    EXPECT_LE(out_.sent[i - 1].stamp, out_.sent[i].stamp);
    if (i % 3 != 0) {
      EXPECT_EQ(number_of(out_.sent[i - 1].data), number_of(out_.sent[i].data));
    }
  }
  EXPECT_EQ(report.accounts.not_sorted, 0u);
}

TEST_F(Step, LimitsAreAskedAfterGrowth) {
  add_file("a.pcap", {0, 1, 2}, 100);
  add_file("b.pcap", {3, 4}, 90);
  out_.max_bytes = 100;
  const Multiply two([](uint32_t) { return 2u; }, 10);
  const Report report = run({.changes = {.step = &two}});
  EXPECT_EQ(report.accounts.skipped_too_long, 3u);
  EXPECT_EQ(report.accounts.sent, 2u);
  EXPECT_EQ(report.accounts.frames_sent, 4u);
  EXPECT_EQ(report.accounts.mtu_needed.by_all, 96u);
}

TEST_F(Step, APacketIsSentOnlyIfAllOfItsFramesAre) {
  add_file("a.pcap", {0, 1, 2, 3});
  const Multiply two([](uint32_t) { return 2u; }, 0);
  out_.refuse = [](const transmit::Frame& frame, size_t) {
    const uint8_t number = frame.data[18];
    const uint8_t part = frame.data[30];
    // The first frame of packet 1, the second of packet 2.
    return (number == 1 && part == 0) || (number == 2 && part == 1) ? EINVAL : 0;
  };
  const Report report = run({.changes = {.step = &two}});
  EXPECT_EQ(report.accounts.sent, 2u);
  EXPECT_EQ(report.accounts.failed, 2u);
  EXPECT_EQ(report.accounts.frames_sent, 6u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Step, AllFramesOfAPacketTakeItsLane) {
  add_files(300);
  for (const bool preload : {false, true}) {
    std::vector<testing::RecordingTransmitter> outs(3);
    std::vector<SimulatedClock> clocks(3);
    std::vector<transmit::Transmitter*> transmitters;
    std::vector<Clock*> clock_pointers;
    for (size_t i = 0; i < 3; ++i) {
      transmitters.push_back(&outs[i]);
      clock_pointers.push_back(&clocks[i]);
    }
    // Each part has a different address, for which a packet would have a different lane.
    class Scatter final : public packet::FrameStep {
     public:
      uint32_t growth_bytes() const noexcept override { return 0; }
      bool may_change(uint32_t /*link_type*/) const noexcept override { return true; }
      std::optional<packet::LeftOut> apply(const packet::Frame& packet,
                                           packet::FrameList& out) const override {
        for (uint8_t part = 0; part < 8; ++part) {
          uint8_t* bytes = out.add_made(packet);
          std::copy_n(packet.data, packet.bytes, bytes);
          bytes[0] = static_cast<uint8_t>(2 * part);
          bytes[30] = part;
        }
        return std::nullopt;
      }
    } const scatter;
    const Report report = play(plan(), {.changes = {.step = &scatter}, .preload = preload},
                               transmitters, clock_pointers, {}, {});
    EXPECT_EQ(report.accounts.sent, 600u);
    EXPECT_EQ(report.accounts.frames_sent, 4800u);
    for (const testing::RecordingTransmitter& out : outs) {
      ASSERT_EQ(out.sent.size() % 8, 0u);
      for (size_t i = 0; i < out.sent.size(); ++i) ASSERT_EQ(part_of(out.sent[i].data), i % 8);
    }
  }
}

}  // namespace
}  // namespace gophercap::replay
