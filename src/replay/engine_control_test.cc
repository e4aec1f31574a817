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
#include <utility>
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

// Waits until `done`. In vain, it fails the test, and ends the replay so that the test ends too.
bool await(Control& control, const std::function<bool(const Control::Status&)>& done) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (std::chrono::steady_clock::now() < deadline) {
    const Control::Status now = control.status();
    if (done(now)) return true;
    if (now.over) break;
    std::this_thread::sleep_for(1ms);
  }
  ADD_FAILURE() << "the replay did not get there";
  (void)control.stop();
  return false;
}

bool has_sent(const Control::Status& now, uint64_t packets) {
  return now.progress && now.progress->packets_sent >= packets;
}

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

TEST_F(ControlledEngine, ASeekForwardPassesOverWhatIsBetween) {
  at(450ms, [&] { EXPECT_TRUE(control_.seek(capture_time(kEngineBase + 1'450'000'000))); });
  const Report report = play_it();
  // 1450 ms of the set is at 450 ms + 1 ms of lead, so packet 15 is 50 ms later.
  EXPECT_EQ(left_, (std::vector<int64_t>{0, 100, 200, 300, 400, 501, 601, 701, 801, 901}));
  EXPECT_EQ(numbers_, (std::vector<uint32_t>{0, 1, 2, 3, 4, 15, 16, 17, 18, 19}));
  EXPECT_EQ(report.lateness.max(), 0);
  EXPECT_EQ(report.accounts.sent, 10u);
  EXPECT_GE(report.accounts.passed_over, 10u);  // and what was read again
  EXPECT_EQ(report.accounts.read, report.accounts.sent + report.accounts.passed_over);
  EXPECT_EQ(report.accounts.unsent_at_stop, 0u);
  EXPECT_EQ(report.control->listed.at(0).command, "seek");
  EXPECT_EQ(report.control->listed.at(0).value,
            format_rfc3339(capture_time(kEngineBase + 1'450'000'000)));
}

TEST_F(ControlledEngine, ASeekBackSendsPacketsAgain) {
  at(1550ms, [&] { EXPECT_TRUE(control_.seek_by(-1400ms)); });  // position: 1500, so from 100 on
  const Report report = play_it();
  EXPECT_EQ(left_, [] {
    std::vector<int64_t> all;
    for (int i = 0; i <= 15; ++i) all.push_back(i * 100);
    for (int i = 1; i < 20; ++i) all.push_back(1551 + (i - 1) * 100);
    return all;
  }());
  EXPECT_EQ(numbers_.at(16), 1u);
  EXPECT_EQ(report.accounts.sent, 16u + 19u);
}

TEST_F(ControlledEngine, ASeekKeepsSpeedAndPause) {
  at(450ms, [&] {
    EXPECT_TRUE(control_.set_speed({2, 1}));
    EXPECT_TRUE(control_.pause());
    EXPECT_TRUE(control_.seek(capture_time(kEngineBase + 1'000'000'000)));
    EXPECT_TRUE(control_.step(2));
  });
  after_ = [&](size_t index) {
    if (index == 6) {
      clock_.advance(1s);
      EXPECT_TRUE(control_.resume());
    }
    return index == 6;
  };
  play_it();
  EXPECT_EQ(left_, (std::vector<int64_t>{0, 100, 200, 300, 400, 450, 450, 1500, 1550, 1600, 1650,
                                         1700, 1750, 1800, 1850}));
  EXPECT_EQ(numbers_.at(5), 10u);
}

TEST_F(ControlledEngine, OnlyTheLastOfSeveralSeeksCounts) {
  at(450ms, [&] {
    EXPECT_TRUE(control_.seek(capture_time(kEngineBase)));
    EXPECT_TRUE(control_.seek_by(900ms));  // from the target of the one before
    EXPECT_TRUE(control_.seek_by(500ms));
    const Result<> beyond = control_.seek_by(1s);
    EXPECT_FALSE(beyond);
    EXPECT_NE(beyond.error().what.find("is after the last packet"), std::string::npos);
  });
  const Report report = play_it();
  EXPECT_EQ(numbers_, (std::vector<uint32_t>{0, 1, 2, 3, 4, 14, 15, 16, 17, 18, 19}));
  EXPECT_EQ(report.accounts.read, report.accounts.sent + report.accounts.passed_over);
}

TEST_F(ControlledEngine, ASeekStaysInItsLoop) {
  bool done = false;
  // In the second of three loops. Everything has been read by then.
  after_ = [&](size_t index) {
    if (index != 25 || std::exchange(done, true)) return false;
    EXPECT_TRUE(control_.seek(capture_time(kEngineBase + 1'700'000'000)));
    return true;
  };
  const Report report = play_it({.loops = 3});
  std::vector<uint32_t> expected;
  for (uint32_t i = 0; i < 20; ++i) expected.push_back(i);
  for (uint32_t i = 0; i <= 5; ++i) expected.push_back(i);
  for (uint32_t i = 17; i < 20; ++i) expected.push_back(i);
  for (uint32_t i = 0; i < 20; ++i) expected.push_back(i);
  EXPECT_EQ(numbers_, expected);
  EXPECT_EQ(report.loops_done, 3u);
  EXPECT_EQ(report.accounts.read, report.accounts.sent + report.accounts.passed_over);
}

TEST_F(ControlledEngine, SeeksOfSeveralLanesInALargeSet) {
  constexpr size_t kLanes = 3;
  testing::PcapBuilder pcap;
  for (int i = 0; i < 60'000; ++i) {
    testing::Bytes frame = testing::ethernet_frame(60);
    frame[5] = static_cast<uint8_t>(i * 7);
    pcap.packet(kEngineBase + i * 10'000, frame);
  }
  paths_ = {dir_.write("b.pcap", pcap.bytes())};
  std::vector<testing::RecordingTransmitter> outs(kLanes);
  std::vector<RealClock> own(kLanes);
  std::vector<transmit::Transmitter*> transmitters;
  std::vector<Clock*> clocks;
  Control control;
  std::atomic<int> seeks{0};
  for (size_t i = 0; i < kLanes; ++i) {
    outs[i].batch = 16;
    outs[i].refuse = [&](const transmit::Frame&, size_t index) {
      if (index % 4000 == 3999 && ++seeks < 8) {
        EXPECT_TRUE(control.seek(capture_time(kEngineBase + seeks * 50'000'000)));
      }
      return 0;
    };
    transmitters.push_back(&outs[i]);
    clocks.push_back(&own[i]);
  }
  const Report report = play(
      plan(), {.send = {.topspeed = true, .control = &control}, .loops = 2, .reader_threads = 2},
      transmitters, clocks, {}, {});
  EXPECT_GT(seeks.load(), 0);
  EXPECT_FALSE(report.failure);
  EXPECT_TRUE(report.accounts.balanced());
  EXPECT_EQ(report.accounts.unsent_at_stop, 0u);
  EXPECT_EQ(report.accounts.read, report.accounts.sent + report.accounts.passed_over);
}

TEST_F(ControlledEngine, ASeekAtARateGoesOnAtOnce) {
  at(450ms, [&] { EXPECT_TRUE(control_.seek(capture_time(kEngineBase + 1'650'000'000))); });
  ScheduleRule rule;
  rule.kind = ScheduleRule::Kind::kPacketsPerSecond;
  rule.rate = {10, 1};
  play_it({.rule = rule});
  EXPECT_EQ(left_, (std::vector<int64_t>{0, 100, 200, 300, 400, 451, 551, 651}));
  EXPECT_EQ(numbers_.back(), 19u);
}

TEST_F(ControlledEngine, FilesThatEndBeforeTheTargetAreNotRead) {
  add_file("b.pcap", {3'000'000, 3'100'000});
  add_file("c.pcap", {0, 4'000'000});
  at(50ms, [&] { EXPECT_TRUE(control_.seek(capture_time(kEngineBase + 3'050'000'000))); });
  const Report report = play_it();
  EXPECT_EQ(report.accounts.sent, 2u + 2u);
  EXPECT_EQ(report.accounts.read, report.accounts.sent + report.accounts.passed_over);
}

TEST_F(ControlledEngine, AReplayThatCannotSeekSaysWhy) {
  std::string why;
  after_ = [&](size_t index) {
    if (index == 3) why = control_.seek_by(1s).error().what;
    return index == 3;
  };
  EXPECT_EQ(play_it({.preload = true}).accounts.sent, 20u);
  EXPECT_EQ(why, "seek: the set was read into memory (--preload)");
  Control early;
  EXPECT_EQ(early.seek_by(1s).error().what, "seek: the replay has not begun");
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

}  // namespace
}  // namespace gophercap::replay
