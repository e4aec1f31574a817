// Progress during a run. The transmitter blocks until progress was reported, so no test depends on
// the speed of the machine.
#include "replay/meter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dataset/scan/scan.h"
#include "packet/bpf.h"
#include "testing/pcap_builder.h"
#include "testing/recording_transmitter.h"
#include "testing/temp_dir.h"

namespace gophercap::replay {
namespace {

using namespace std::chrono_literals;
using Phase = EngineProgress::Phase;

constexpr int64_t kBase = 1'600'000'000'000'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr uint64_t kPackets = 4000;

class MeterOf : public ::testing::Test {
 protected:
  // One packet per second, with a pause of a day in the middle. Every fourth packet is longer.
  void SetUp() override {
    testing::PcapBuilder pcap({.magic = testing::kMagicNanos});
    for (uint64_t i = 0; i < kPackets; ++i)
      pcap.packet(ns_of(time_of(i)), testing::ethernet_frame(i % 4 == 0 ? 100 : 60));
    dataset::ScanProgress progress;
    dataset::DatasetSummary set;
    const std::vector<std::string> paths = {dir_.write("a.pcap", pcap.bytes())};
    set.files = dataset::scan_files(paths, 1, progress);
    dataset::summarize(set);
    Result<Plan> made = make_plan(set);
    ASSERT_TRUE(made) << made.error().what;
    plan_ = *std::move(made);
  }
  static CaptureTime time_of(uint64_t packet) {
    const int64_t pause = packet >= kPackets / 2 ? 86'400 * kSecond : 0;
    return capture_time(kBase + static_cast<int64_t>(packet) * kSecond + pause);
  }

  // Plays and blocks once `stand_at` packets have been sent; keeps the progress reported then and
  // at the end.
  void run(const EngineOptions& options, uint64_t stand_at) {
    std::atomic<uint64_t> looks{0};
    std::atomic<bool> standing{false};
    out_.batch = 1;
    uint64_t taken = 0;
    out_.refuse = [&](const transmit::Frame&, size_t) {
      if (taken++ != stand_at) return 0;
      standing = true;
      for (const uint64_t seen = looks; looks < seen + 2;) std::this_thread::sleep_for(1ms);
      standing = false;
      return 0;
    };
    SimulatedClock clock;
    const Report report = play(plan_, options, out_, clock,
                               [&](const EngineProgress& p) {
                                 if (standing) middle_ = p;
                                 end_ = p;
                                 ++looks;
                               },
                               {});
    EXPECT_TRUE(report.accounts.balanced());
  }

  void expect_position(uint64_t packet, std::string_view mode) const {
    EXPECT_EQ(middle_.phase, Phase::kSending) << mode;
    const Nanos off = middle_.position - time_of(packet);
    EXPECT_LE(std::abs(off.count()), 4 * kSecond) << mode;
    EXPECT_EQ(end_.phase, Phase::kOver) << mode;
    EXPECT_EQ(end_.position, time_of(kPackets - 1)) << mode;
  }

  testing::TempDir dir_;
  Plan plan_;
  testing::RecordingTransmitter out_;
  EngineProgress middle_, end_;
};

TEST_F(MeterOf, TellsThePositionInTheCapturesOwnTime) {
  const ScheduleRule rate{.kind = ScheduleRule::Kind::kPacketsPerSecond, .rate = {1000, 1}};
  const std::vector<std::pair<std::string, EngineOptions>> modes = {
      {"as captured", {}},
      {"twice as fast", {.time_factor = {1, 2}}},
      {"slower", {.time_factor = {7, 3}}},
      {"a rate", {.rule = rate}},
      {"shortened pauses", {.rule = {.longest_gap = 10ms}}},
      {"top speed", {.send = {.topspeed = true}}},
      {"from memory at a rate", {.rule = rate, .preload = true}},
      {"from memory", {.time_factor = {1, 5}, .preload = true}},
  };
  for (const auto& [mode, options] : modes) {
    for (const uint64_t sent : {uint64_t{1000}, kPackets / 2, kPackets / 2 + 1}) {
      run(options, sent);
      expect_position(sent - 1, mode);
      EXPECT_EQ(middle_.packets_sent, sent) << mode;
      EXPECT_EQ(middle_.packets_passed, sent) << mode;
      EXPECT_EQ(end_.packets_passed, kPackets) << mode;
      out_.sent.clear();
    }
  }
}

TEST_F(MeterOf, PacketsThatAreLeftOutAreBehindUsToo) {
  const std::vector<uint32_t> ethernet = {1};
  const auto long_ones = packet::BpfFilter::compile("greater 90", ethernet);
  ASSERT_TRUE(long_ones);
  for (const bool preload : {false, true}) {
    run({.choice = {.expression = &*long_ones},
         .rule = {.kind = ScheduleRule::Kind::kPacketsPerSecond, .rate = {1000, 1}},
         .loops = 2,
         .preload = preload},
        1250);
    EXPECT_EQ(middle_.packets_sent, 1250U);
    EXPECT_NEAR(static_cast<double>(middle_.packets_passed), 5000, 8);
    EXPECT_EQ(middle_.loop, 1U);
    EXPECT_LE(std::abs((middle_.position - time_of(249 * 4)).count()), 16 * kSecond);
    EXPECT_EQ(end_.packets_sent, 2000U);
    EXPECT_EQ(end_.packets_passed, 8000U);
    EXPECT_EQ(end_.phase, Phase::kOver);
  }
}

TEST_F(MeterOf, AStoppedRunIsNotOver) {
  std::stop_source stop;
  out_.refuse = [&](const transmit::Frame&, size_t index) {
    if (index == 100) stop.request_stop();
    return 0;
  };
  SimulatedClock clock;
  EngineProgress last;
  (void)play(
      plan_, {}, out_, clock, [&](const EngineProgress& p) { last = p; }, stop.get_token());
  EXPECT_EQ(last.phase, Phase::kSending);
  EXPECT_LT(last.packets_passed, kPackets);
}

// A start at a given time, weeks away.
TEST_F(MeterOf, AStartToWaitForIsNoProgress) {
  constexpr int64_t kWeeks = 14 * 86'400 * kSecond;
  std::stop_source stop;
  RealClock clock;
  EngineProgress seen;
  int looks = 0;
  (void)play(
      plan_, {.send = {.start_at_wall_ns = wall_time_of(SendClock::now()) + kWeeks}}, out_, clock,
      [&](const EngineProgress& p) {
        seen = p;
        if (++looks == 2) stop.request_stop();
      },
      stop.get_token());
  EXPECT_EQ(seen.phase, Phase::kWaiting);
  EXPECT_EQ(seen.elapsed, 0s);
  EXPECT_EQ(seen.scheduled, 0s);
  EXPECT_EQ(seen.packets_passed, 0U);
  EXPECT_GT(seen.until_start, Nanos(kWeeks) - 1h);
}

// A medium that accepts one packet and then nothing: the schedule does not advance, whatever the
// clock says.
TEST_F(MeterOf, TheScheduleIsKeptOnlyAsFarAsPacketsHaveLeft) {
  std::atomic<int> looks{0};
  EngineProgress stuck;
  out_.batch = 1;
  out_.refuse = [&](const transmit::Frame&, size_t index) {
    if (index == 1) {
      for (const int seen = looks; looks < seen + 3;) std::this_thread::sleep_for(1ms);
      looks = 1000;
    }
    return 0;
  };
  RealClock clock;
  std::stop_source stop;
  (void)play(
      plan_, {.time_factor = {1, 1'000'000'000}}, out_, clock,
      [&](const EngineProgress& p) {
        if (looks < 1000) stuck = p;
        ++looks;
      },
      stop.get_token());
  EXPECT_EQ(stuck.packets_sent, 1U);
  EXPECT_GT(stuck.elapsed, 100ms);
  EXPECT_LE(stuck.scheduled, 1ms) << "due 1 ns after the first, and not sent";
}

}  // namespace
}  // namespace gophercap::replay
