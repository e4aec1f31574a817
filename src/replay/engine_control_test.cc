// A replay that is paused, stepped and sped up while it runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "replay/control.h"
#include "replay/control_for_test.h"
#include "replay/send/clock.h"
#include "replay/send/lane_schedule.h"

namespace gophercap::replay {
namespace {

using namespace std::chrono_literals;

TEST_F(ControlledEngine, AControlThatIsNotUsedChangesNothing) {
  const Report report = play_it();
  EXPECT_EQ(left_, times({{0, {0, 100}}}));
  EXPECT_EQ(report.lateness.max(), 0);
  ASSERT_TRUE(report.control);
  EXPECT_TRUE(report.control->listed.empty());
}

TEST_F(ControlledEngine, APauseDelaysTheRestByExactlyItsLength) {
  at(450ms, [&] {
    EXPECT_TRUE(control_.pause());
    clock_.advance(12'345ms);
    EXPECT_TRUE(control_.resume());
  });
  const Report report = play_it();
  EXPECT_EQ(left_, times({{0, {0, 100}}, {5, {12'345 + 500, 100}}}));
  EXPECT_EQ(report.lateness.max(), 0);
  ASSERT_EQ(report.control->listed.size(), 2u);
  EXPECT_EQ(report.control->listed[0].command, "pause");
  ASSERT_TRUE(report.control->listed[0].position);
  EXPECT_EQ(ns_of(*report.control->listed[0].position), kEngineBase + 400'000'000);
  EXPECT_EQ(report.control->listed[1].command, "resume");
}

TEST_F(ControlledEngine, AnotherSpeedHoldsFromThePointReached) {
  at(450ms, [&] { EXPECT_TRUE(control_.set_speed({1, 2})); });   // 500 is due 100 later
  at(1450ms, [&] { EXPECT_TRUE(control_.set_speed({2, 1})); });  // planned: 950
  const Report report = play_it();
  EXPECT_EQ(left_, times({{0, {0, 100}}, {5, {550, 200}}, {10, {1475, 50}}}));
  EXPECT_EQ(report.lateness.max(), 0);
  EXPECT_EQ(report.control->listed[1].value, "2");
}

TEST_F(ControlledEngine, SpeedIsRelativeToCaptureTimeWhateverTheStart) {
  at(225ms, [&] { EXPECT_TRUE(control_.set_speed({1, 1})); });
  play_it({.time_factor = {1, 2}});
  EXPECT_EQ(left_, times({{0, {0, 50}}, {5, {275, 100}}}));
}

TEST_F(ControlledEngine, SpeedScalesARate) {
  at(450ms, [&] { EXPECT_TRUE(control_.set_speed({4, 1})); });
  ScheduleRule rule;
  rule.kind = ScheduleRule::Kind::kPacketsPerSecond;
  rule.rate = {10, 1};
  play_it({.time_factor = {1, 7}, .rule = rule});
  EXPECT_EQ(left_.at(5), 462);
  EXPECT_EQ(left_.at(9), 562);
}

TEST_F(ControlledEngine, SpeedIsRefusedAtTopSpeedAndInSimulatedTime) {
  after_ = [&](size_t index) {
    if (index != 3) return false;
    const Result<> refused = control_.set_speed({2, 1});
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.error().what, "speed: packets are sent as fast as possible");
    return true;
  };
  EngineOptions options;
  options.send.topspeed = true;
  EXPECT_EQ(play_it(options).accounts.sent, 20u);
  EXPECT_EQ(hooks_, 1);
}

TEST_F(ControlledEngine, ChangesWhilePausedCountFromThePause) {
  at(450ms, [&] {
    EXPECT_TRUE(control_.pause());
    clock_.advance(1s);
    EXPECT_TRUE(control_.set_speed({1, 2}));
    clock_.advance(1s);
    EXPECT_TRUE(control_.resume());
  });
  play_it();
  EXPECT_EQ(left_, times({{0, {0, 100}}, {5, {2550, 200}}}));
}

TEST_F(ControlledEngine, ASecondPauseAndASecondResumeDoNothing) {
  at(450ms, [&] {
    EXPECT_TRUE(control_.resume());
    EXPECT_TRUE(control_.pause());
    clock_.advance(1s);
    EXPECT_TRUE(control_.pause());
    clock_.advance(1s);
    EXPECT_TRUE(control_.resume());
    EXPECT_TRUE(control_.resume());
  });
  EXPECT_EQ(play_it().control->listed.size(), 2u);
  EXPECT_EQ(left_, times({{0, {0, 100}}, {5, {2500, 100}}}));
}

TEST_F(ControlledEngine, StepsSendPacketsAtOnceAndTheRestFollowsTheLastOne) {
  at(450ms, [&] {
    EXPECT_FALSE(control_.step(1));  // not paused
    EXPECT_TRUE(control_.pause());
    EXPECT_TRUE(control_.step(2));
    EXPECT_TRUE(control_.step(1));
  });
  after_ = [&](size_t index) {
    if (index == 7) {
      clock_.advance(5s);
      EXPECT_TRUE(control_.resume());
    }
    return index == 7;
  };
  const Report report = play_it();
  // 5, 6 and 7 leave at 450 ms, 8 is due 100 ms after the replay was resumed.
  EXPECT_EQ(left_, times({{0, {0, 100}}, {5, {450, 0}}, {8, {5550, 100}}}));
  EXPECT_EQ(report.lateness.max(), 0);
  EXPECT_EQ(report.accounts.sent, 20u);
}

TEST_F(ControlledEngine, APausedReplayWaitsForACommand) {
  ASSERT_TRUE(control_.pause());  // before it has begun
  std::jthread other([&] {
    if (!await(control_, [](const Control::Status& now) {
          return now.progress && now.progress->phase == EngineProgress::Phase::kSending;
        }))
      return;
    EXPECT_TRUE(control_.status().paused);
    EXPECT_TRUE(control_.step(3));
    if (!await(control_, [](const auto& now) { return has_sent(now, 3); })) return;
    const Control::Status now = control_.status();
    EXPECT_EQ(now.steps_left, 0u);
    EXPECT_TRUE(now.progress && now.progress->packets_sent == 3);
    clock_.advance(1min);
    EXPECT_TRUE(control_.resume());
  });
  play_it();
  EXPECT_EQ(left_, times({{0, {0, 0}}, {3, {60'100, 100}}}));
}

TEST_F(ControlledEngine, AStopEndsItWithAReport) {
  ASSERT_TRUE(control_.pause());
  std::jthread other([&] {
    if (!await(control_, [](const auto& now) { return now.progress.has_value(); })) return;
    EXPECT_TRUE(control_.stop());
    EXPECT_FALSE(control_.pause());
  });
  const Report report = play_it();
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.accounts.sent, 0u);
  EXPECT_EQ(report.control->listed.back().command, "stop");
  EXPECT_EQ(control_.resume().error().what, "the replay is over");
}

TEST_F(ControlledEngine, ASlippedScheduleAndAnotherSpeedAddUp) {
  after_ = [&](size_t index) {
    if (index == 3) clock_.advance(1s);  // the call takes a second
    return index == 3;
  };
  at(1950ms, [&] { EXPECT_TRUE(control_.set_speed({1, 2})); });
  EngineOptions options;
  options.send.late = LatePolicy::kSlip;
  const Report report = play_it(options);
  EXPECT_EQ(report.slips, 1u);
  // The schedule slips by 900 ms at packet 4, and is slower from 1950 on.
  EXPECT_EQ(left_, times({{0, {0, 100}}, {4, {1300, 100}}, {11, {2050, 200}}}));
}

// Three files whose packets alternate between lanes.
TEST_F(ControlledEngine, StepsOfSeveralLanesKeepTheOrderOfTheSchedule) {
  constexpr size_t kLanes = 3;
  std::vector<testing::RecordingTransmitter> outs(kLanes);
  std::vector<ScriptedClock> own(kLanes);
  std::vector<transmit::Transmitter*> transmitters;
  std::vector<Clock*> clocks;
  Mutex mutex;
  std::vector<SendTime> stamps;
  for (size_t i = 0; i < kLanes; ++i) {
    outs[i].refuse = [&](const transmit::Frame& f, size_t) {
      const MutexLock lock(mutex);
      stamps.push_back(SendTime(Nanos(ns_of(f.stamp))));
      return 0;
    };
    transmitters.push_back(&outs[i]);
    clocks.push_back(&own[i]);
  }
  testing::PcapBuilder pcap;
  for (int i = 0; i < 60; ++i) {
    testing::Bytes frame = testing::ethernet_frame(60);
    frame[5] = static_cast<uint8_t>(i * 7);  // another station, so another lane
    pcap.packet(kEngineBase + i * 1'000'000, frame);
  }
  paths_ = {dir_.write("c.pcap", pcap.bytes())};
  Control control([&] { return own[0].now(); });
  ASSERT_TRUE(control.pause());
  std::jthread other([&] {
    if (!await(control, [](const auto& now) { return now.progress.has_value(); })) return;
    EXPECT_TRUE(control.step(25));
    if (!await(control, [](const auto& now) { return now.steps_left == 0; })) return;
    EXPECT_TRUE(control.step(35));
  });
  const Report report =
      play(plan(), {.send = {.control = &control}}, transmitters, clocks, {}, control.stop_token());
  EXPECT_EQ(report.accounts.sent, 60u);
  for (const auto& out : outs) EXPECT_FALSE(out.sent.empty());
  EXPECT_TRUE(std::is_sorted(stamps.begin(), stamps.end()));
}

TEST(LaneSchedule, AStepThatIsNotFinishedIsForgottenWhenTheReplayGoesOn) {
  SimulatedClock clock;
  Control control([] { return SendTime{}; });
  LaneSchedule schedule(&control, clock, 0);
  schedule.begin(SendTime{});
  ASSERT_TRUE(control.pause());
  ASSERT_TRUE(control.step(1));
  EXPECT_TRUE(schedule.held());
  EXPECT_TRUE(schedule.may_step(0));
  ASSERT_TRUE(control.resume());
  EXPECT_FALSE(schedule.held());
  EXPECT_FALSE(schedule.stepping());
  ASSERT_TRUE(control.pause());
  EXPECT_TRUE(schedule.held());
  EXPECT_FALSE(schedule.may_step(0));
}

}  // namespace
}  // namespace gophercap::replay
