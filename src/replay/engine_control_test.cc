// A replay that is paused, stepped and sped up while it runs. The clock of these tests advances
// only by waiting, so due times are exact.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "replay/control.h"
#include "replay/engine_for_test.h"

namespace gophercap::replay {
namespace {

using namespace std::chrono_literals;

// Claims to be real. Runs a script while it waits: at each of these times, one action.
class ScriptedClock final : public Clock {
 public:
  SendTime now() noexcept override { return SendTime(Nanos(time_ns.load())); }
  bool wait_until(SendTime when, const std::stop_token& stop) noexcept override {
    while (!script.empty() && script.begin()->first <= when) {
      const auto next = script.extract(script.begin());
      time_ns = std::max(time_ns.load(), ns_of(next.key()));
      next.mapped()();
      if (interrupted(stop)) return false;
    }
    time_ns = std::max(time_ns.load(), ns_of(when));
    return !interrupted(stop);
  }
  bool is_real() const noexcept override { return true; }
  void advance(Nanos by) { time_ns += by.count(); }

  std::atomic<int64_t> time_ns{0};
  std::map<SendTime, std::function<void()>> script;
};

class ControlledEngine : public Engine {
 protected:
  // A packet every 100 ms.
  void SetUp() override {
    std::vector<int64_t> micros;
    for (int i = 0; i < 20; ++i) micros.push_back(i * 100'000);
    add_file("a.pcap", micros);
    out_.refuse = [this](const transmit::Frame& f, size_t index) {
      if (index == 0) first_ = clock_.now();
      left_.push_back((clock_.now() - first_) / 1ms);
      numbers_.push_back(f.data[18]);
      if (after_ && after_(index)) ++hooks_;
      return 0;
    };
  }
  Report play_it(EngineOptions options = {}) {
    options.send.control = &control_;
    Report report = play(plan(), options, out_, clock_, {}, control_.stop_token());
    EXPECT_TRUE(report.accounts.balanced());
    return report;
  }
  // Runs `action` that long after the first packet was due.
  void at(Nanos when, std::function<void()> action) {
    clock_.script.emplace(SendTime(1ms + when), std::move(action));
  }

  ScriptedClock clock_;
  Control control_{[this] { return clock_.now(); }};
  SendTime first_{};
  std::vector<int64_t> left_;      // ms after the first packet
  std::vector<uint32_t> numbers_;  // of the packets
  std::function<bool(size_t)> after_;
  int hooks_ = 0;
};

// The times at which 20 packets left: `from` + i * `step` for those from number `begin` on.
std::vector<int64_t> times(
    std::initializer_list<std::pair<int, std::pair<int64_t, int64_t>>> runs) {
  std::vector<int64_t> result;
  for (auto run = runs.begin(); run != runs.end(); ++run) {
    const int end = run + 1 == runs.end() ? 20 : (run + 1)->first;
    for (int i = run->first; i < end; ++i)
      result.push_back(run->second.first + (i - run->first) * run->second.second);
  }
  return result;
}

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
    while (!control_.status().progress ||
           control_.status().progress->phase != EngineProgress::Phase::kSending)
      std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(control_.status().paused);
    EXPECT_TRUE(control_.step(3));
    while (control_.status().progress->packets_sent < 3) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(control_.status().steps_left, 0u);
    EXPECT_EQ(control_.status().progress->packets_sent, 3u);
    clock_.advance(1min);
    EXPECT_TRUE(control_.resume());
  });
  play_it();
  EXPECT_EQ(left_, times({{0, {0, 0}}, {3, {60'100, 100}}}));
}

TEST_F(ControlledEngine, AStopEndsItWithAReport) {
  ASSERT_TRUE(control_.pause());
  std::jthread other([&] {
    while (!control_.status().progress) std::this_thread::sleep_for(1ms);
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
    while (!control.status().progress) std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(control.step(25));
    while (control.status().steps_left > 0) std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(control.step(35));
  });
  const Report report = play(plan(), {.send = {.control = &control}}, transmitters, clocks, {}, {});
  EXPECT_EQ(report.accounts.sent, 60u);
  for (const auto& out : outs) EXPECT_FALSE(out.sent.empty());
  EXPECT_TRUE(std::is_sorted(stamps.begin(), stamps.end()));
}

}  // namespace
}  // namespace gophercap::replay
