// --limit: where a replay ends before the end of its set.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "replay/engine_for_test.h"

namespace gophercap::replay {
namespace {

using namespace std::chrono_literals;

class EngineLimit : public Engine {
 protected:
  // 100 packets of 60 bytes in two files, one every 10 ms.
  void add_files() {
    std::vector<int64_t> even(50);
    std::vector<int64_t> odd(50);
    for (int64_t i = 0; i < 50; ++i) {
      even[static_cast<size_t>(i)] = 20'000 * i;
      odd[static_cast<size_t>(i)] = 20'000 * i + 10'000;
    }
    add_file("a.pcap", even);
    add_file("b.pcap", odd);
  }
  void expect_sent(const Report& report, uint64_t packets, uint64_t read) {
    EXPECT_EQ(out_.sent.size(), packets);
    EXPECT_EQ(report.accounts.sent, packets);
    EXPECT_EQ(report.accounts.read, read);
    EXPECT_EQ(report.accounts.after_limit, read - packets);
    EXPECT_EQ(report.accounts.unsent_at_stop, 0u);
    EXPECT_TRUE(report.accounts.balanced());
    EXPECT_FALSE(report.interrupted);
    EXPECT_TRUE(report.limit_reached);
  }
};

TEST_F(EngineLimit, EndsAfterSoManyPackets) {
  add_files();
  const Report report = run({.limit = {.packets = 37}});
  expect_sent(report, 37, 100);
  EXPECT_EQ(report.planned_duration, 360ms);
  EXPECT_EQ(report.loops_done, 0u);
}

TEST_F(EngineLimit, EndsWithThePacketThatReachesSoManyBytes) {
  add_files();
  expect_sent(run({.limit = {.bytes = 601}}), 11, 100);
}

TEST_F(EngineLimit, EndsAfterSoMuchTimeOfTheSchedule) {
  add_files();
  const Report report = run({.time_factor = {2, 1}, .limit = {.time = 200ms}});
  expect_sent(report, 11, 100);  // one every 20 ms, the first at once
  EXPECT_EQ(report.planned_duration, 200ms);
}

TEST_F(EngineLimit, ThePacketAfterItLeavesNoTraceInTheSchedule) {
  add_file("a.pcap", {0, 1'000'000, 2'000'000, 100'000'000, 200'000'000});
  const Report report = run({.rule = {.longest_gap = 10s}, .limit = {.time = 15s}});
  EXPECT_EQ(report.accounts.sent, 4u);
  EXPECT_EQ(report.gaps_shortened, 1u);
  EXPECT_EQ(report.time_removed, 88s);
}

TEST_F(EngineLimit, CountsOverAllLoops) {
  add_files();
  for (const bool preload : {false, true}) {
    out_.sent.clear();
    const Report report = run({.limit = {.packets = 250}, .loops = 0, .preload = preload});
    EXPECT_EQ(out_.sent.size(), 250u);
    EXPECT_EQ(report.loops_done, 2u);
    EXPECT_EQ(report.accounts.sent, 250u);
    EXPECT_EQ(report.accounts.unsent_at_stop, 0u);
    EXPECT_TRUE(report.accounts.balanced());
  }
}

TEST_F(EngineLimit, AboveTheSetChangesNothing) {
  add_files();
  for (const Limit limit : {Limit{.packets = 101}, Limit{.bytes = 6001}, Limit{.time = 1h}}) {
    out_.sent.clear();
    const Report report = run({.limit = limit});
    EXPECT_EQ(report.accounts.sent, 100u);
    EXPECT_EQ(report.accounts.after_limit, 0u);
    EXPECT_EQ(report.loops_done, 1u);
    EXPECT_FALSE(report.limit_reached);
  }
}

TEST_F(EngineLimit, EndsAnEndlessReplayAtTopSpeedByTheClock) {
  add_files();
  const auto began = std::chrono::steady_clock::now();
  const Report report = run({.send = {.topspeed = true}, .limit = {.time = 20ms}, .loops = 0});
  EXPECT_GE(std::chrono::steady_clock::now() - began, 20ms);
  EXPECT_TRUE(report.limit_reached);
  EXPECT_TRUE(report.accounts.balanced());
  EXPECT_GT(report.accounts.sent, 0u);
}

// Makes two frames of each packet.
class Twice final : public packet::FrameStep {
 public:
  uint32_t growth_bytes() const noexcept override { return 0; }
  bool may_change(uint32_t /*link_type*/) const noexcept override { return true; }
  std::optional<packet::LeftOut> apply(const packet::Frame& packet,
                                       packet::FrameList& out) const override {
    out.add(packet);
    out.add(packet);
    return std::nullopt;
  }
};

TEST_F(EngineLimit, SendsTheLastPacketWhole) {
  add_files();
  const Twice step;
  const Report packets = run({.changes = {.step = &step}, .limit = {.packets = 3}});
  EXPECT_EQ(packets.accounts.sent, 3u);
  EXPECT_EQ(packets.accounts.frames_sent, 6u);
  out_.sent.clear();
  const Report bytes = run({.changes = {.step = &step}, .limit = {.bytes = 130}});
  EXPECT_EQ(bytes.accounts.sent, 2u);
  EXPECT_EQ(bytes.accounts.frames_sent, 4u);
  EXPECT_TRUE(bytes.accounts.balanced());
}

}  // namespace
}  // namespace gophercap::replay
