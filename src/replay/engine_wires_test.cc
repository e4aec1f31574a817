// Several wires: each packet takes the one that a WireChoice says, and all of them are one target.
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "replay/engine.h"
#include "replay/engine_for_test.h"
#include "replay/read/wire_choice.h"
#include "transmit/wire/split_transmitter.h"

namespace gophercap::replay {
namespace {

class ByNumber final : public WireChoice {
 public:
  uint32_t wire_of(const packet::Frame& packet) const noexcept override {
    return packet.data[18] % 3 == 0 ? 1 : 0;
  }
};

// Checks what the frames say about their wire.
class Wires final : public transmit::Transmitter {
 public:
  transmit::SendOutcome send(std::span<const transmit::Frame> frames) noexcept override {
    for (const transmit::Frame& frame : frames) {
      ++count;
      wrong += frame.wire != (frame.data[18] % 3 == 0 ? 1 : 0);
    }
    return {frames.size(), 0};
  }
  Result<> finish() override { return {}; }
  size_t preferred_batch() const noexcept override { return 64; }
  transmit::FrameLimits limits() const noexcept override { return {}; }
  std::string describe() const override { return "wires"; }

  uint64_t count = 0;
  uint64_t wrong = 0;
};

TEST_F(Engine, EachPacketTakesItsWire) {
  std::vector<int64_t> micros;
  for (int i = 0; i < 200; ++i) micros.push_back(i * 10 + (i % 7 == 0 ? 50 : 0));
  add_file("a.pcap", micros);
  add_file("b.pcap", micros);
  const ByNumber choice;
  for (const bool preload : {false, true}) {
    Wires wires;
    SimulatedClock clock;
    const Report report =
        play(plan(), {.wires = &choice, .loops = 2, .preload = preload}, wires, clock, {}, {});
    EXPECT_EQ(wires.count, 800U);
    EXPECT_EQ(wires.wrong, 0U);
    EXPECT_EQ(report.accounts.sent, 800U);
  }
  Plan sorted = plan();
  for (PlannedFile& file : sorted.files) file.sort = true;
  sorted.key_rule = KeyRule::kOwnTime;
  Wires wires;
  SimulatedClock clock;
  play(sorted, {.wires = &choice}, wires, clock, {}, {});
  EXPECT_EQ(wires.count, 400U);
  EXPECT_EQ(wires.wrong, 0U);
}

TEST_F(Engine, TheFarEndOfAWireCountsForItsFramesOnly) {
  add_file("a.pcap", {0, 1, 2, 3, 4, 5, 6}, 1000);  // 0, 3 and 6 are for wire 1
  const ByNumber choice;
  for (const size_t small : {0U, 1U}) {
    testing::RecordingTransmitter wires[2];
    wires[small].far_end_bytes = 500;
    transmit::SplitTransmitter split({&wires[0], &wires[1]});
    SimulatedClock clock;
    const Report report = play(plan(), {.wires = &choice}, split, clock, {}, {});
    EXPECT_EQ(wires[0].sent.size(), small == 0 ? 0U : 4U);
    EXPECT_EQ(wires[1].sent.size(), small == 1 ? 0U : 3U);
    EXPECT_EQ(report.accounts.failed_far_end, small == 0 ? 4U : 3U);
    EXPECT_EQ(report.first_refusal,
              "a recording: longer than the 500 bytes that the far end takes");
    EXPECT_TRUE(report.accounts.balanced());
  }
}

TEST_F(Engine, OneLinkThatIsDownStopsAll) {
  add_file("a.pcap", {0, 1000, 2000});
  const std::atomic<bool> up{true};
  const std::atomic<bool> down{false};
  RealClock clock;
  const Report report =
      play(plan(), {.send = {.links_up = {&up, &down}, .link_timeout = std::chrono::hours(1)}},
           out_, clock, {}, {});
  EXPECT_EQ(report.accounts.missed_link_down, 3U);
  EXPECT_EQ(report.outages, 1U);
}

TEST_F(Engine, WhatNotAllTransmittersTakeIsLeftOut) {
  add_file("a.pcap", {0, 1, 2});
  add_file("b.pcap", {0, 1, 2}, 1000);
  testing::RecordingTransmitter other;
  other.max_bytes = 500;
  transmit::Transmitter* const both[] = {&out_, &other};
  SimulatedClock clocks[2];
  Clock* const clock_pointers[] = {&clocks[0], &clocks[1]};
  const Report report = play(plan(), {}, both, clock_pointers, {}, {});
  EXPECT_EQ(report.accounts.skipped_too_long, 3U);
  EXPECT_EQ(report.max_frame_bytes, 500U);
  EXPECT_EQ(out_.sent.size() + other.sent.size(), 3U);
  EXPECT_EQ(report.target, "a recording") << "both have this name";
}

}  // namespace
}  // namespace gophercap::replay
