#include "replay/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "dataset/scan/scan.h"
#include "testing/pcap_builder.h"
#include "testing/recording_transmitter.h"
#include "testing/temp_dir.h"

namespace gophercap::replay {
namespace {

using testing::Bytes;
using testing::PcapBuilder;
using testing::RecordingTransmitter;

constexpr int64_t kBase = 1'600'000'000'000'000'000;

// A frame that says which packet it is.
Bytes numbered(uint32_t file, uint32_t number, size_t size = 60) {
  Bytes frame = testing::ethernet_frame(size);
  for (unsigned i = 0; i < 4; ++i) {
    frame[14 + i] = static_cast<uint8_t>(file >> (8 * i));
    frame[18 + i] = static_cast<uint8_t>(number >> (8 * i));
  }
  return frame;
}

struct Expected {
  int64_t key;
  std::string path;
  uint32_t number;
  Bytes frame;
};

class Engine : public ::testing::Test {
 protected:
  // Adds a file with packets at these microseconds after kBase; remembers what should come out of
  // it.
  void add_file(const std::string& name, const std::vector<int64_t>& micros,
                size_t frame_bytes = 60) {
    PcapBuilder pcap;
    int64_t key = INT64_MIN;
    for (uint32_t i = 0; i < micros.size(); ++i) {
      const int64_t time = kBase + micros[i] * 1000;
      key = std::max(key, time);
      Bytes frame = numbered(file_count_, i, frame_bytes);
      pcap.packet(time, frame);
      expected_.push_back({key, dir_.path() / name, i, std::move(frame)});
    }
    ++file_count_;
    paths_.push_back(dir_.write(name, pcap.bytes()));
  }

  Plan plan() {
    std::sort(paths_.begin(), paths_.end());
    dataset::ScanProgress progress;
    dataset::DatasetSummary set;
    set.files = dataset::scan_files(paths_, 1, progress);
    dataset::summarize(set);
    Result<Plan> made = make_plan(set);
    EXPECT_TRUE(made) << made.error().what;
    return *std::move(made);
  }

  Report run(const EngineOptions& options = {}, std::stop_token stop = {}) {
    SimulatedClock clock;
    return play(plan(), options, out_, clock, {}, stop);
  }

  void expect_merged_order(uint64_t loops = 1) {
    std::sort(expected_.begin(), expected_.end(), [](const Expected& a, const Expected& b) {
      return std::tie(a.key, a.path, a.number) < std::tie(b.key, b.path, b.number);
    });
    ASSERT_EQ(out_.sent.size(), expected_.size() * loops);
    for (size_t i = 0; i < out_.sent.size(); ++i) {
      ASSERT_EQ(out_.sent[i].data, expected_[i % expected_.size()].frame) << "packet " << i;
    }
  }

  testing::TempDir dir_;
  std::vector<std::string> paths_;
  std::vector<Expected> expected_;
  RecordingTransmitter out_;
  uint32_t file_count_ = 0;
};

TEST_F(Engine, EightFilesInterleavedToTheMicrosecondComeOutInOrder) {
  for (int f = 0; f < 8; ++f) {
    std::vector<int64_t> micros;
    for (int i = 0; i < 500; ++i) micros.push_back(i * 8 + f);
    add_file("w" + std::to_string((f * 5) % 8) + ".pcap", micros);
  }
  const Report report = run();
  expect_merged_order();
  EXPECT_EQ(report.accounts.sent, 4000u);
  EXPECT_TRUE(report.accounts.balanced());
  EXPECT_EQ(report.accounts.unsent_at_stop, 0u);
  EXPECT_EQ(report.planned_duration, std::chrono::microseconds(3999));
  for (size_t i = 0; i < out_.sent.size(); ++i) {
    ASSERT_EQ(out_.sent[i].stamp, capture_time(kBase + static_cast<int64_t>(i) * 1000));
  }
}

TEST_F(Engine, TiesComeInTheOrderOfPaths) {
  add_file("c.pcap", {0, 1, 1, 2});
  add_file("a.pcap", {1, 1, 2});
  add_file("b.pcap", {0, 1, 2});
  run();
  expect_merged_order();
}

TEST_F(Engine, AnOutlierBackwardsLeavesWhereItStandsAndDelaysNothing) {
  add_file("a.pcap", {100, 200, -1'500'000'000, 300});
  add_file("b.pcap", {150, 250});
  const Report report = run();
  expect_merged_order();
  EXPECT_EQ(report.planned_duration, std::chrono::microseconds(200));
}

TEST_F(Engine, LoopsFollowOnePeriodApart) {
  add_file("a.pcap", {0, 10, 20});
  add_file("b.pcap", {5});
  const Report report = run({.loops = 3});
  expect_merged_order(3);
  EXPECT_EQ(report.loops_done, 3u);
  // Span 20 µs and the mean gap of 4 packets, 6666 ns, make the period.
  EXPECT_EQ(out_.sent[4].stamp - out_.sent[0].stamp, Nanos(26'666));
  EXPECT_EQ(out_.sent[8].stamp - out_.sent[0].stamp, Nanos(53'332));
}

TEST_F(Engine, ASinglePacketLoopsToo) {
  add_file("a.pcap", {7});
  EXPECT_EQ(run({.loops = 100}).accounts.sent, 100u);
}

TEST_F(Engine, MemoryForASlabOfAFewPacketsIsEnough) {
  for (int f = 0; f < 20; ++f) {
    std::vector<int64_t> micros;
    for (int i = 0; i < 300; ++i) micros.push_back((i * 7919 + f * 104729) % 100'000);
    std::sort(micros.begin(), micros.end());
    add_file("f" + std::to_string(100 + f), micros, 60 + static_cast<size_t>(f) * 70);
  }
  run({.memory_bytes = 1});
  expect_merged_order();
}

TEST_F(Engine, MoreReadersChangeNothing) {
  for (int f = 0; f < 12; ++f) {
    std::vector<int64_t> micros;
    for (int i = 0; i < 2000; ++i) micros.push_back((i / 3) * 5 + f % 4);
    add_file("f" + std::to_string(100 + f), micros);
  }
  run({.memory_bytes = 1 << 20, .reader_threads = 4});
  expect_merged_order();
}

TEST_F(Engine, WhatDoesNotFitIsSkippedByReasonAndCounted) {
  add_file("a.pcap", {0, 1}, 1600);
  add_file("b.pcap", {0, 1}, 60);
  out_.max_bytes = 1514;
  const Report report = run();
  EXPECT_EQ(report.accounts.read, 4u);
  EXPECT_EQ(report.accounts.sent, 2u);
  EXPECT_EQ(report.accounts.skipped_too_long, 2u);
  EXPECT_EQ(report.accounts.mtu_needed.by_all, 1586u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, AFrameThatIsRefusedFailsAloneAndTheRestGoesOn) {
  add_file("a.pcap", {0, 1, 2, 3, 4});
  int asked = 0;
  out_.refuse = [&](const transmit::Frame& f, size_t) {
    return f.data[18] == 2 && ++asked > 0 ? EMSGSIZE : 0;
  };
  const Report report = run();
  EXPECT_EQ(report.accounts.sent, 4u);
  EXPECT_EQ(report.accounts.failed, 1u);
  EXPECT_NE(report.first_refusal, "");
  EXPECT_EQ(report.failure, "");
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, WhatTheFarEndDoesNotTakeFailsAloneAndIsNeverOffered) {
  add_file("a.pcap", {0, 3, 6}, 60);
  add_file("b.pcap", {1, 2, 4, 7}, 1600);
  out_.far_end_bytes = 1518;
  out_.refuse = [](const transmit::Frame& f, size_t) {
    return f.captured_bytes > 1518 ? ENOBUFS : 0;
  };
  const Report report = run();
  EXPECT_EQ(report.accounts.sent, 3u);
  EXPECT_EQ(report.accounts.sent_bytes, 180u);
  EXPECT_EQ(report.accounts.failed, 4u);
  EXPECT_EQ(report.accounts.failed_far_end, 4u);
  EXPECT_EQ(report.accounts.mtu_needed.by_all, 1586u);
  EXPECT_EQ(report.retries, 0u);
  EXPECT_EQ(report.failure, "");
  EXPECT_NE(report.first_refusal.find("1518 bytes"), std::string::npos) << report.first_refusal;
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, AFrameRefusedAgainAndAgainFailsIfOthersPass) {
  add_file("a.pcap", {0, 2, 3}, 60);
  add_file("b.pcap", {1, 4}, 1600);
  out_.refuse = [](const transmit::Frame& f, size_t) {
    return f.captured_bytes == 1600 ? ENOBUFS : 0;
  };
  const Report report = run();
  EXPECT_EQ(report.accounts.sent, 3u);
  EXPECT_EQ(report.accounts.failed, 2u);
  EXPECT_EQ(report.failure, "");
  EXPECT_NE(report.first_refusal.find("1600 bytes"), std::string::npos) << report.first_refusal;
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, AFullQueueIsTriedAgainWithTheSamePacket) {
  add_file("a.pcap", {0, 1, 2, 3});
  int refusals = 0;
  out_.refuse = [&](const transmit::Frame&, size_t index) {
    return index == 2 && refusals++ < 5 ? ENOBUFS : 0;
  };
  const Report report = run();
  expect_merged_order();
  EXPECT_GE(report.retries, 4u);
}

TEST_F(Engine, AQueueThatStaysFullEndsTheRun) {
  add_file("a.pcap", {0, 1, 2, 3});
  out_.refuse = [](const transmit::Frame&, size_t index) { return index == 2 ? ENOBUFS : 0; };
  const Report report = run();
  EXPECT_NE(report.failure, "");
  EXPECT_EQ(report.accounts.sent, 2u);
  EXPECT_EQ(report.accounts.unsent_at_stop, 2u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, AnInterfaceThatGoesDownEndsTheRunAndTheAccountsHold) {
  std::vector<int64_t> micros;
  for (int i = 0; i < 50'000; ++i) micros.push_back(i);
  add_file("a.pcap", micros);
  out_.refuse = [](const transmit::Frame&, size_t index) { return index == 1000 ? ENETDOWN : 0; };
  const Report report = run();
  EXPECT_NE(report.failure, "");
  EXPECT_EQ(report.accounts.sent, 1000u);
  EXPECT_TRUE(report.accounts.balanced());
  EXPECT_GT(report.accounts.unsent_at_stop, 0u);
}

TEST_F(Engine, AStopEndsAnEndlessReplay) {
  add_file("a.pcap", {0, 1, 2, 3});
  std::stop_source stop;
  out_.refuse = [&](const transmit::Frame&, size_t index) {
    if (index == 10'000) stop.request_stop();
    return 0;
  };
  const Report report = run({.loops = 0}, stop.get_token());
  EXPECT_TRUE(report.interrupted);
  EXPECT_GE(report.accounts.sent, 10'000u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, AWindowThatCutsEveryFileLoopsForEver) {
  for (int f = 0; f < 30; ++f) add_file("f" + std::to_string(100 + f), {0, 10 + f, 20, 30});
  const Window window{.from = capture_time(kBase + 10'000), .to = capture_time(kBase + 25'000)};
  std::sort(paths_.begin(), paths_.end());
  dataset::ScanProgress progress;
  dataset::DatasetSummary set;
  set.files = dataset::scan_files(paths_, 1, progress);
  dataset::summarize(set);
  const Result<Plan> made = make_plan(set, {.window = window});
  ASSERT_TRUE(made);
  std::stop_source stop;
  out_.refuse = [&](const transmit::Frame&, size_t index) {
    if (index == 5'000) stop.request_stop();
    return 0;
  };
  SimulatedClock clock;
  const Report report =
      play(*made, {.choice = {.window = window}, .loops = 0}, out_, clock, {}, stop.get_token());
  EXPECT_GE(report.accounts.sent, 5'000u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, SortingWithSlabsOfAFewPacketsLosesNothing) {
  std::vector<int64_t> micros;
  for (int i = 0; i < 20'000; ++i) micros.push_back(i % 100 == 50 ? i - 20 : i);
  add_file("a.pcap", micros);
  std::sort(paths_.begin(), paths_.end());
  dataset::ScanProgress progress;
  dataset::DatasetSummary set;
  set.files = dataset::scan_files(paths_, 1, progress);
  dataset::summarize(set);
  const Result<Plan> made = make_plan(set, {.key_rule = KeyRule::kOwnTime});
  ASSERT_TRUE(made);
  SimulatedClock clock;
  const Report report = play(*made, {.memory_bytes = 400'000}, out_, clock, {}, {});
  EXPECT_EQ(report.accounts.sent, 20'000u);
  EXPECT_EQ(report.accounts.not_sorted, 0u);
  for (size_t i = 1; i < out_.sent.size(); ++i)
    ASSERT_LE(out_.sent[i - 1].stamp, out_.sent[i].stamp) << i;
}

TEST_F(Engine, EndlessLoopsOfNothingEnd) {
  add_file("a.pcap", {0, 1, 2});
  const std::vector<uint32_t> ethernet = {1};
  const auto nothing = packet::BpfFilter::compile("tcp port 1", ethernet);
  ASSERT_TRUE(nothing);
  const Report report = run({.choice = {.expression = &*nothing}, .loops = 0});
  EXPECT_EQ(report.accounts.sent, 0u);
  EXPECT_GE(report.accounts.filtered, 3u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, LoopsOfLargePacketsStayInTheMemoryGiven) {
  add_file("a.pcap", {0, 1, 2, 3, 4}, 60'000);
  uint64_t seen = 0;
  out_.refuse = [&](const transmit::Frame&, size_t) {
    out_.sent.clear();
    ++seen;
    return 0;
  };
  const Report report = run({.loops = 2000, .memory_bytes = 1 << 20});
  EXPECT_EQ(report.accounts.sent, 10'000u);
  EXPECT_EQ(seen, 10'000u);
}

TEST_F(Engine, SchedulesBeyondTheClockSaturate) {
  add_file("a.pcap", {0, 2'000'000});
  const Report report = run({.stretch = {10'000'000'000, 1}, .loops = 2, .loop_gap = Nanos::max()});
  EXPECT_EQ(report.accounts.sent, 4u);
  EXPECT_EQ(out_.sent[3].stamp, CaptureTime::max());
}

TEST_F(Engine, ADamagedFileGivesWhatItHasAndIsNamed) {
  add_file("a.pcap", {0, 1, 2, 3});
  add_file("b.pcap", {0, 1, 2, 3});
  std::filesystem::resize_file(paths_[1], std::filesystem::file_size(paths_[1]) - 1);
  const Report report = run();
  EXPECT_EQ(report.accounts.sent, 7u);
  ASSERT_EQ(report.damaged.size(), 1u);
  EXPECT_EQ(report.damaged[0].path, paths_[1]);
  EXPECT_EQ(report.damaged[0].damage.code, Errc::kTruncated);
}

TEST_F(Engine, AFileThatHasGoneSinceItWasMappedIsNamedAndTheOthersArePlayed) {
  add_file("a.pcap", {0, 1});
  add_file("b.pcap", {0, 1});
  const Plan made = plan();
  std::filesystem::remove(paths_[0]);
  SimulatedClock clock;
  const Report report = play(made, {}, out_, clock, {}, {});
  EXPECT_EQ(report.accounts.sent, 2u);
  ASSERT_EQ(report.damaged.size(), 1u);
  EXPECT_EQ(report.damaged[0].damage.code, Errc::kNotFound);
}

TEST_F(Engine, AFileThatGoesAwayBetweenTwoLoopsIsNamedOnce) {
  add_file("a.pcap", {0, 1});
  add_file("b.pcap", {0, 1});
  out_.refuse = [&](const transmit::Frame&, size_t index) {
    if (index == 100) std::filesystem::remove(paths_[0]);
    return 0;
  };
  const Report report = run({.loops = 200});
  EXPECT_LT(report.accounts.sent, 800u);
  EXPECT_GT(report.accounts.sent, 400u);
  ASSERT_EQ(report.damaged.size(), 1u);
  EXPECT_EQ(report.damaged[0].path, paths_[0]);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, AFileThatHasChangedSinceItWasMappedIsNamedAndNothingOfItIsSent) {
  add_file("a.pcap", {0, 1});
  add_file("b.pcap", {0, 1});
  const Plan made = plan();
  add_file("a.pcap", {0, 5'000'000, 6'000'000});
  SimulatedClock clock;
  const Report report = play(made, {}, out_, clock, {}, {});
  EXPECT_EQ(report.accounts.sent, 2u);
  ASSERT_EQ(report.damaged.size(), 1u);
  EXPECT_NE(report.damaged[0].damage.reason.find("has changed"), std::string::npos);
}

// Says that it is real, but its time moves by waiting and by a microsecond with each look.
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

// Each send call of this one takes 5 ms once, at the second packet.
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
      run({.pace = {.kind = Pace::Kind::kPacketsPerSecond, .rate = {1000, 1}}, .loops = 2});
  expect_merged_order(2);
  for (size_t i = 0; i < 8; ++i)
    EXPECT_EQ(out_.sent[i].stamp, capture_time(kBase + static_cast<int64_t>(i) * 1'000'000));
  EXPECT_EQ(report.loops_done, 2u);
  EXPECT_EQ(report.planned_duration, std::chrono::milliseconds(7));
}

TEST_F(Engine, PausesAreShortenedAndCounted) {
  add_file("a.pcap", {0, 10, 3'600'000'000, 3'600'000'010});
  const Report report = run({.pace = {.longest_gap = std::chrono::seconds(1)}});
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
      {.choice = {.longest_frame_bytes = 100}, .pace = {.longest_gap = std::chrono::seconds(1)}});
  ASSERT_EQ(out_.sent.size(), 3u);
  EXPECT_EQ(report.planned_duration, std::chrono::seconds(1) + std::chrono::microseconds(20));
  EXPECT_EQ(ns_of(out_.sent[0].stamp) - (kBase - 3'600'000'000'000), 1'000'000'000);
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

TEST_F(Engine, TopSpeedKeepsTheOrderAndDropsTheWaiting) {
  add_file("a.pcap", {0, 3'600'000'000});  // an hour apart
  add_file("b.pcap", {1'800'000'000});
  RealClock clock;
  const Report report = play(plan(), {.send = {.topspeed = true}}, out_, clock, {}, {});
  expect_merged_order();
  EXPECT_EQ(report.lateness.count(), 0u);
}

TEST_F(Engine, PreloadedLoopsAreTheSameAndReadNothingTwice) {
  add_file("a.pcap", {0, 10, 20});
  add_file("b.pcap", {5, 6, 7});
  out_.refuse = [&](const transmit::Frame&, size_t index) {
    if (index == 6) {
      for (const std::string& path : paths_) std::filesystem::remove(path);
    }
    return 0;
  };
  const Report report = run({.loops = 4, .preload = true});
  expect_merged_order(4);
  EXPECT_EQ(report.accounts.read, 24u);
  EXPECT_TRUE(report.accounts.balanced());
  EXPECT_EQ(report.loops_done, 4u);
  EXPECT_TRUE(report.damaged.empty());
}

TEST_F(Engine, WhatDoesNotFitIntoMemoryIsNotBegun) {
  std::vector<int64_t> micros;
  for (int i = 0; i < 2000; ++i) micros.push_back(i);
  add_file("a.pcap", micros, 1000);
  const Report report = run({.memory_bytes = 1 << 20, .preload = true});
  EXPECT_EQ(report.failure_errno, ENOMEM);
  EXPECT_NE(report.failure.find("does not fit"), std::string::npos);
  EXPECT_EQ(report.accounts.sent, 0u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, AStopWhilePreloadingOrPlayingEnds) {
  add_file("a.pcap", {0, 1, 2});
  std::stop_source stop;
  out_.refuse = [&](const transmit::Frame&, size_t index) {
    if (index == 1000) stop.request_stop();
    return 0;
  };
  const Report report = run({.loops = 0, .preload = true}, stop.get_token());
  EXPECT_TRUE(report.interrupted);
  EXPECT_GE(report.accounts.sent, 1000u);
  EXPECT_TRUE(report.accounts.balanced());
}

// Says that it is real, but its time moves by waiting, and by a millisecond with each look while
// the link is down: no stall of the machine makes an outage longer. The link comes back at `back`.
class OutageClock final : public Clock {
 public:
  SendTime now() noexcept override {
    if (!up) {
      time += std::chrono::milliseconds(1);
      up = time >= back;
    }
    return time;
  }
  bool wait_until(SendTime when, const std::stop_token&) noexcept override {
    if (when > time) time = when;
    return true;
  }
  bool is_real() const noexcept override { return true; }
  std::atomic<bool> up{true};
  SendTime time{};
  SendTime back = SendTime::max();
};

TEST_F(Engine, AnOutageIsSatOutAndTheRestIsOnSchedule) {
  std::vector<int64_t> micros;
  for (int i = 0; i < 300; ++i) micros.push_back(i * 1000);
  add_file("a.pcap", micros);
  OutageClock clock;
  SendTime first{};
  bool happened = false;
  std::vector<SendTime> left;
  out_.refuse = [&](const transmit::Frame&, size_t index) {
    if (index == 0) first = clock.time;
    if (index == 100 && !std::exchange(happened, true)) {
      clock.up = false;
      clock.back = clock.time + std::chrono::milliseconds(60);
      return ENETDOWN;
    }
    left.push_back(clock.time);
    return 0;
  };
  const Report report =
      play(plan(), {.send = {.link_up = &clock.up, .link_timeout = std::chrono::seconds(20)}}, out_,
           clock, {}, {});
  const Accounts& a = report.accounts;
  EXPECT_EQ(report.failure, "");
  EXPECT_EQ(report.outages, 1u);
  EXPECT_GE(report.outage, std::chrono::milliseconds(57));
  EXPECT_LE(report.outage, std::chrono::milliseconds(63));
  EXPECT_GE(a.missed_link_down, 57u);  // a packet each millisecond
  EXPECT_LE(a.missed_link_down, 63u);
  EXPECT_EQ(a.sent + a.missed_link_down, 300u);
  EXPECT_TRUE(a.balanced());
  // Packet 299 is due 299 ms after the first, outage or not.
  EXPECT_EQ(left.back() - first, std::chrono::milliseconds(299));
  EXPECT_EQ(out_.sent.back().data[18], static_cast<uint8_t>(299));
}

TEST_F(Engine, AnOutageThatLastsTooLongEndsTheRun) {
  add_file("a.pcap", {0, 1000, 60'000'000});
  OutageClock clock;
  clock.up = false;
  const Report report =
      play(plan(), {.send = {.link_up = &clock.up, .link_timeout = std::chrono::milliseconds(30)}},
           out_, clock, {}, {});
  EXPECT_EQ(report.failure_errno, ENETDOWN);
  EXPECT_EQ(report.failure, "a recording: Network is down for 30ms");
  EXPECT_EQ(report.accounts.sent, 0u);
  EXPECT_EQ(report.accounts.missed_link_down, 2u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, AnOutageThatOutlastsTheSetIsNotWaitedFor) {
  add_file("a.pcap", {0, 1000, 2000});
  std::atomic<bool> up{false};
  RealClock clock;
  const Report report =
      play(plan(), {.send = {.link_up = &up, .link_timeout = std::chrono::hours(1)}}, out_, clock,
           {}, {});
  EXPECT_EQ(report.failure, "");
  EXPECT_EQ(report.accounts.missed_link_down, 3u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, AnOutageThatOutlastsTheSetEndsWithIt) {
  add_file("a.pcap", {0, 1000, 2000});
  std::atomic<bool> up{true};
  RealClock clock;
  out_.refuse = [&](const transmit::Frame&, size_t index) {
    if (index == 1) up = false;
    return index == 1 ? ENETDOWN : 0;
  };
  const Report report =
      play(plan(), {.send = {.link_up = &up, .link_timeout = std::chrono::hours(1)}}, out_, clock,
           {}, {});
  EXPECT_EQ(report.failure, "");
  EXPECT_EQ(report.accounts.sent, 1u);
  EXPECT_EQ(report.accounts.missed_link_down, 2u);
  EXPECT_LT(report.outage, std::chrono::seconds(10));
}

TEST_F(Engine, WithoutLinkTimeoutALostCarrierEndsTheRun) {
  add_file("a.pcap", {0, 1000, 2000});
  std::atomic<bool> up{false};
  RealClock clock;
  const Report report = play(plan(), {.send = {.link_up = &up}}, out_, clock, {}, {});
  EXPECT_EQ(report.failure_errno, ENETDOWN);
}

}  // namespace
}  // namespace gophercap::replay
