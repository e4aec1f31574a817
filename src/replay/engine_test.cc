#include "replay/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "replay/engine_for_test.h"

namespace gophercap::replay {
namespace {

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
    ASSERT_EQ(out_.sent[i].stamp, capture_time(kEngineBase + static_cast<int64_t>(i) * 1000));
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
  // The period is the span of 20 µs plus the mean gap of 4 packets, 6666 ns.
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
  const Window window{.from = capture_time(kEngineBase + 10'000),
                      .to = capture_time(kEngineBase + 25'000)};
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
  const Report report =
      run({.time_factor = {10'000'000'000, 1}, .loops = 2, .loop_gap = Nanos::max()});
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
  // Far more loops than are read ahead with this memory.
  const Report report = run({.loops = 4000, .memory_bytes = 1 << 20});
  EXPECT_LT(report.accounts.sent, 16000u);
  EXPECT_GT(report.accounts.sent, 8000u);
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
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->cause, Cause::kTooLargeToLoad);
  EXPECT_NE(report.failure->what.find("does not fit"), std::string::npos);
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

}  // namespace
}  // namespace gophercap::replay
