// When the engine sends packets: by their times, at a rate, late.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "replay/engine_for_test.h"

namespace gophercap::replay {
namespace {

// A clock that claims to be real, but advances only by waiting and by a microsecond with each look.
class TickingClock final : public Clock {
 public:
  SendTime now() noexcept override { return time += std::chrono::microseconds(1); }
  bool wait_until(SendTime when, const std::stop_token&) noexcept override {
    if (when > time) time = when;
    return true;
  }
  bool is_real() const noexcept override { return true; }
  SendTime time{};
};

TEST_F(Engine, NothingLeavesBeforeItsTimeAndLatenessCountsTheCall) {
  add_file("a.pcap", {0, 20'000, 40'000});
  TickingClock clock;
  std::vector<SendTime> left;
  out_.refuse = [&](const transmit::Frame&, size_t) {
    left.push_back(clock.time);
    clock.time += std::chrono::microseconds(100);  // how long the call takes
    return 0;
  };
  const Report report = play(plan(), {}, out_, clock, {}, {});
  ASSERT_EQ(left.size(), 3u);
  for (size_t i = 1; i < 3; ++i) {
    EXPECT_GE(left[i] - left[0],
              std::chrono::milliseconds(20) * static_cast<int>(i) - std::chrono::microseconds(5));
    EXPECT_LE(left[i] - left[0],
              std::chrono::milliseconds(20) * static_cast<int>(i) + std::chrono::microseconds(5));
  }
  EXPECT_EQ(report.lateness.count(), 3u);
  EXPECT_GE(report.lateness.quantile(0.01), 50'000);  // the middle of the call
  EXPECT_LE(report.lateness.max(), 55'000);
}

// A clock with which one send call, that of the second packet, takes 5 ms.
class OneStall final : public Clock {
 public:
  SendTime now() noexcept override { return time; }
  bool wait_until(SendTime when, const std::stop_token&) noexcept override {
    if (when > time) time = when;
    return true;
  }
  bool is_real() const noexcept override { return true; }
  SendTime time{};
};

class LatePolicies : public Engine {
 protected:
  Report run_with_stall(LatePolicy policy) {
    add_file("a.pcap", {0, 1000, 2000, 3000, 8000, 9000});
    out_.refuse = [&](const transmit::Frame&, size_t index) {
      left_.push_back(clock_.time - SendTime{});
      if (index == 1) clock_.time += std::chrono::milliseconds(5);
      return 0;
    };
    return play(plan(), {.send = {.late = policy, .late_limit = std::chrono::milliseconds(1)}},
                out_, clock_, {}, {});
  }
  // Microseconds after the first.
  std::vector<int64_t> left() const {
    std::vector<int64_t> micros;
    for (const Nanos t : left_) micros.push_back((t - left_.front()).count() / 1000);
    return micros;
  }
  OneStall clock_;
  std::vector<Nanos> left_;
};

TEST_F(LatePolicies, CatchingUpSendsAtOnceAndMeetsTheScheduleAgain) {
  const Report report = run_with_stall(LatePolicy::kCatchUp);
  EXPECT_EQ(left(), (std::vector<int64_t>{0, 1000, 6000, 6000, 8000, 9000}));
  EXPECT_EQ(report.accounts.sent, 6u);
}

TEST_F(LatePolicies, SlippingKeepsTheGaps) {
  const Report report = run_with_stall(LatePolicy::kSlip);
  EXPECT_EQ(left(), (std::vector<int64_t>{0, 1000, 6000, 7000, 12000, 13000}));
  EXPECT_EQ(report.slips, 1u);
  EXPECT_EQ(report.slipped, std::chrono::milliseconds(4));
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(LatePolicies, DroppingLeavesOutWhatIsLate) {
  const Report report = run_with_stall(LatePolicy::kDrop);
  EXPECT_EQ(left(), (std::vector<int64_t>{0, 1000, 8000, 9000}));
  EXPECT_EQ(report.accounts.dropped_late, 2u);
  EXPECT_EQ(report.accounts.sent, 4u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, ARateTakesThePlaceOfTheCapturedTimes) {
  add_file("a.pcap", {0, 5, 1'000'000});
  add_file("b.pcap", {3});
  const Report report =
      run({.rule = {.kind = ScheduleRule::Kind::kPacketsPerSecond, .rate = {1000, 1}}, .loops = 2});
  expect_merged_order(2);
  for (size_t i = 0; i < 8; ++i)
    EXPECT_EQ(out_.sent[i].stamp, capture_time(kEngineBase + static_cast<int64_t>(i) * 1'000'000));
  EXPECT_EQ(report.loops_done, 2u);
  EXPECT_EQ(report.planned_duration, std::chrono::milliseconds(7));
}

TEST_F(Engine, PausesAreShortenedAndCounted) {
  add_file("a.pcap", {0, 10, 3'600'000'000, 3'600'000'010});
  const Report report = run({.rule = {.longest_gap = std::chrono::seconds(1)}});
  EXPECT_EQ(out_.sent[3].stamp - out_.sent[0].stamp,
            std::chrono::seconds(1) + std::chrono::microseconds(20));
  EXPECT_EQ(report.gaps_shortened, 1u);
  EXPECT_EQ(report.planned_duration, std::chrono::seconds(1) + std::chrono::microseconds(20));
}

TEST_F(Engine, PausesBeforeWhatIsLeftOutAreNotPlanned) {
  add_file("a.pcap", {0, 10, 20});
  add_file("b.pcap", {3'600'000'000}, 1500);
  add_file("c.pcap", {-3'600'000'000}, 1500);
  const Report report = run(
      {.choice = {.longest_frame_bytes = 100}, .rule = {.longest_gap = std::chrono::seconds(1)}});
  ASSERT_EQ(out_.sent.size(), 3u);
  EXPECT_EQ(report.planned_duration, std::chrono::seconds(1) + std::chrono::microseconds(20));
  EXPECT_EQ(ns_of(out_.sent[0].stamp) - (kEngineBase - 3'600'000'000'000), 1'000'000'000);
}

TEST_F(Engine, AClockThatIsFollowedIsCountedAndNotOutOfOrder) {
  add_file("a.pcap", {10'000'000, 10'000'010, 500, 510, 520});
  std::sort(paths_.begin(), paths_.end());
  dataset::DatasetSummary set;
  set.files = {dataset::scan_file(paths_[0])};
  dataset::summarize(set);
  const Result<Plan> made = make_plan(set, {.clock_steps = {.follow = true}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->span(), std::chrono::microseconds(30));
  EXPECT_EQ(made->files[0].clock_steps_followed, 1u);
  SimulatedClock clock;
  const Report report =
      play(*made, {.choice = {.skip_out_of_order = true}, .loops = 2}, out_, clock, {}, {});
  EXPECT_EQ(report.accounts.clock_steps, 2u);
  EXPECT_EQ(report.accounts.sent, 10u);
  EXPECT_EQ(out_.sent[4].stamp - out_.sent[0].stamp, std::chrono::microseconds(30));
  EXPECT_EQ(out_.sent[2].stamp, out_.sent[1].stamp);
}

}  // namespace
}  // namespace gophercap::replay
