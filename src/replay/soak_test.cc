// A year of traffic: due times are exact at its end as at its beginning.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dataset/scan/scan.h"
#include "replay/engine.h"
#include "replay/plan/timeline.h"
#include "replay/send/scheduler.h"
#include "testing/pcap_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::replay {
namespace {

__extension__ using Wide = __int128;

constexpr int64_t kBase = 1'600'000'000'000'000'000;
constexpr uint64_t kSecondsOfAYear = 365 * 86'400;
constexpr uint64_t kPacketsOfAYear = kSecondsOfAYear * 1'000'000;  // at 1 Mpps

// 3·10^13 packets are too many, so about 100,000 of them are checked, in steps that have no common
// factor with anything, plus those at both ends.
std::vector<uint64_t> sampled_packets() {
  std::vector<uint64_t> packets = {0, 1, 2, kPacketsOfAYear - 2, kPacketsOfAYear - 1};
  for (uint64_t n = 0; n < kPacketsOfAYear; n += 315'360'007) packets.push_back(n);
  return packets;
}

TEST(AYear, AMillionPacketsASecondByTheirOwnTimes) {
  for (const Ratio time_factor : {Ratio{1, 1}, Ratio{7, 11}, Ratio{11, 7}, Ratio{1, 3}}) {
    const Timeline timeline(capture_time(kBase), Nanos(0), time_factor);
    for (const uint64_t n : sampled_packets()) {
      const Wide exact = static_cast<Wide>(n) * 1000 * static_cast<Wide>(time_factor.num) /
                         static_cast<Wide>(time_factor.den);
      ASSERT_EQ(timeline.due(capture_time(kBase + static_cast<int64_t>(n) * 1000), 0).count(),
                static_cast<int64_t>(exact))
          << "packet " << n << " at " << time_factor.num << '/' << time_factor.den;
    }
  }
}

TEST(AYear, LoopsOfASecondAMillionPacketsEach) {
  const Timeline timeline(capture_time(kBase), Nanos(1'000'000'007), {7, 11});
  for (uint64_t loop = 0; loop < kSecondsOfAYear; loop += 1009) {
    const Wide exact = (static_cast<Wide>(loop) * 1'000'000'007 + 999'999'000) * 7 / 11;
    ASSERT_EQ(timeline.due(capture_time(kBase + 999'999'000), loop).count(),
              static_cast<int64_t>(exact))
        << "loop " << loop;
  }
}

TEST(AYear, AMillionPacketsASecondAtARate) {
  for (const Ratio rate : {Ratio{1'000'000, 1}, Ratio{7'000'000, 11}, Ratio{999'983, 1}}) {
    const ScheduleRule rule{.kind = ScheduleRule::Kind::kPacketsPerSecond, .rate = rate};
    for (const uint64_t n : sampled_packets()) {
      const Wide exact = static_cast<Wide>(n) * 1'000'000'000 * static_cast<Wide>(rate.den) /
                         static_cast<Wide>(rate.num);
      ASSERT_EQ(due_at_rate(rule, n).count(), static_cast<int64_t>(exact)) << "packet " << n;
    }
  }
}

TEST(AYear, AtARateOfBits) {
  // 84-byte frames at 1 Mpps, and a rate that does not divide evenly.
  for (const Ratio rate : {Ratio{672, 1}, Ratio{2000, 3}}) {
    const ScheduleRule rule{.kind = ScheduleRule::Kind::kMegabitsPerSecond, .rate = rate};
    for (const uint64_t n : sampled_packets()) {
      const uint64_t bytes = 84 * n;
      const Wide exact = static_cast<Wide>(bytes) * 8000 * static_cast<Wide>(rate.den) /
                         static_cast<Wide>(rate.num);
      ASSERT_EQ(due_at_rate(rule, bytes).count(), static_cast<int64_t>(exact)) << "packet " << n;
    }
  }
}

// Keeps only what is needed to check that each packet came in order with its time stamp.
class CheckingTransmitter final : public transmit::Transmitter {
 public:
  CheckingTransmitter(const std::vector<int64_t>& times, Ratio time_factor, int64_t period)
      : times_(times), time_factor_(time_factor), period_(period) {}

  transmit::SendOutcome send(std::span<const transmit::Frame> frames) noexcept override {
    for (const transmit::Frame& frame : frames) {
      const uint64_t loop = sent / times_.size();
      const uint64_t packet = sent % times_.size();
      const Wide offset = times_[packet] - times_.front() + static_cast<Wide>(loop) * period_;
      const auto due = static_cast<int64_t>(offset * static_cast<Wide>(time_factor_.num) /
                                            static_cast<Wide>(time_factor_.den));
      uint32_t number = 0;
      for (unsigned i = 0; i < 4; ++i) number |= uint32_t{frame.data[14 + i]} << (8 * i);
      wrong += frame.stamp != capture_time(times_.front() + due) || number != packet;
      ++sent;
    }
    return {frames.size(), 0};
  }
  Result<> finish() override { return {}; }
  size_t preferred_batch() const noexcept override { return 256; }
  transmit::FrameLimits limits() const noexcept override { return {}; }
  std::string describe() const override { return "a check"; }

  uint64_t sent = 0;
  uint64_t wrong = 0;

 private:
  const std::vector<int64_t>& times_;
  const Ratio time_factor_;
  const int64_t period_;
};

TEST(AYear, PlayedThreeTimesByTheEngine) {
  constexpr uint32_t kPackets = 200'000;
  constexpr uint32_t kFiles = 5;
  constexpr Ratio kTimeFactor{3, 7};
  constexpr int64_t kLoopGap = 86'400'000'000'007;
  // One each 158 s, up to a millisecond off.
  std::vector<int64_t> times;
  for (uint64_t i = 0; i < kPackets; ++i)
    times.push_back(kBase + static_cast<int64_t>(i * i % 1'000'003 +
                                                 i * (kSecondsOfAYear * 1'000'000'000 / kPackets)));
  std::sort(times.begin(), times.end());

  const testing::TempDir dir;
  std::vector<testing::PcapBuilder> files(kFiles,
                                          testing::PcapBuilder({.magic = testing::kMagicNanos}));
  testing::Bytes frame = testing::ethernet_frame(60);
  for (uint32_t i = 0; i < kPackets; ++i) {
    for (unsigned byte = 0; byte < 4; ++byte)
      frame[14 + byte] = static_cast<uint8_t>(i >> (8 * byte));
    files[i * 7919 % kFiles].packet(times[i], frame);
  }
  std::vector<std::string> paths;
  for (size_t f = 0; f < kFiles; ++f)
    paths.push_back(dir.write(std::to_string(f) + ".pcap", files[f].bytes()));

  dataset::ScanProgress progress;
  dataset::DatasetSummary set;
  set.files = dataset::scan_files(paths, 1, progress);
  dataset::summarize(set);
  const Result<Plan> plan = make_plan(set);
  ASSERT_TRUE(plan);
  const int64_t period = times.back() - times.front() + kLoopGap;
  CheckingTransmitter out(times, kTimeFactor, period);
  SimulatedClock clock;
  const Report report =
      play(*plan, {.time_factor = kTimeFactor, .loops = 3, .loop_gap = Nanos(kLoopGap)}, out, clock,
           {}, {});
  EXPECT_EQ(out.sent, 3 * kPackets);
  EXPECT_EQ(out.wrong, 0u);
  EXPECT_TRUE(report.accounts.balanced());
  const Wide whole = (static_cast<Wide>(times.back()) - times.front() + 2 * Wide{period}) * 3 / 7;
  EXPECT_EQ(report.planned_duration.count(), static_cast<int64_t>(whole));
  EXPECT_GT(report.planned_duration, std::chrono::hours(24 * 365));
}

}  // namespace
}  // namespace gophercap::replay
