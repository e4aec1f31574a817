// A replay that goes to another capture time while it runs.
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "replay/control.h"
#include "replay/control_for_test.h"

namespace gophercap::replay {
namespace {

using namespace std::chrono_literals;

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

TEST_F(ControlledEngine, ASeekIsCarriedOutWhileTheLinkIsDown) {
  std::atomic<bool> up{true};
  // Packet 10 is refused once. The rest of the set is late by then, and a seek is waiting.
  auto refuse = std::exchange(out_.refuse, {});
  out_.refuse = [&](const transmit::Frame& f, size_t index) {
    if (f.data[18] == 10 && up.exchange(false)) {
      EXPECT_TRUE(control_.seek(capture_time(kEngineBase)));
      clock_.advance(10s);
      std::this_thread::sleep_for(10ms);  // the seek is in the ring now, as a rule
      return ENOBUFS;
    }
    return refuse(f, index);
  };
  std::jthread other([&] {
    const auto reaches = [&](int64_t ns) {
      return await(control_, [&](const Control::Status& now) {
        return !up && now.progress && now.progress->position == capture_time(kEngineBase + ns);
      });
    };
    if (!reaches(0)) return;
    EXPECT_TRUE(control_.seek(capture_time(kEngineBase + 1'500'000'000)));
    if (!reaches(1'500'000'000)) return;
    clock_.advance(2ms);  // packet 15 is missed, since it is due one millisecond after the seek
    up = true;
  });
  EngineOptions options;
  options.send.links_up = {&up};
  options.send.link_timeout = 1h;
  const Report report = play_it(options);
  EXPECT_EQ(numbers_, (std::vector<uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 18, 19}));
  const Accounts& a = report.accounts;
  EXPECT_EQ(a.missed_link_down, 1u);
  EXPECT_EQ(a.unsent_at_stop, 0u);
  EXPECT_EQ(a.read, a.sent + a.passed_over + a.missed_link_down);
}

}  // namespace
}  // namespace gophercap::replay
