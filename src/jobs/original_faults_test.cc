// Faults of the original's replay, each by its name, tested with the whole job. Those of its map
// are in src/dataset/original_faults_test.cc. Tests that need a wire are in tests/net (G9
// goes_down.sh, G15 vlan.sh, G18 interrupt.sh); 10,000 files with 256 descriptors (G1) are in
// tests/cli/many_files.sh.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/ratio.h"
#include "dataset/scan/scan.h"
#include "io/open.h"
#include "jobs/replay/replay_job.h"
#include "replay/engine.h"
#include "replay/plan/plan.h"
#include "testing/compress.h"
#include "testing/pcap_builder.h"
#include "testing/quiet_reporter.h"
#include "testing/read_capture.h"
#include "testing/recording_transmitter.h"
#include "testing/temp_dir.h"

namespace gophercap::jobs {
namespace {

using testing::Bytes;
using testing::PcapBuilder;
using testing::ReadPacket;

constexpr int64_t kMicro = 1'000;
constexpr int64_t kMilli = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kBase = 1'600'000'000 * kSecond;

// An Ethernet frame with IPv4 and UDP or TCP, with a number after the headers.
Bytes ip_frame(uint8_t protocol, uint32_t number) {
  testing::ByteWriter w(true);
  w.raw(Bytes{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0});
  w.raw(Bytes{0x45, 0, 0, 46, 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2});
  w.u16(1000).u16(2000).u16(26).u16(0).u32(number).zeros(14);
  return w.bytes();
}
constexpr uint8_t kUdp = 17;
constexpr uint8_t kTcp = 6;

class OriginalReplayFaults : public ::testing::Test {
 protected:
  // Times in nanoseconds after kBase.
  std::string capture(const std::string& name, const std::vector<int64_t>& times,
                      size_t frame_bytes = 60) {
    PcapBuilder pcap({.magic = testing::kMagicNanos});
    for (const int64_t t : times) {
      pcap.record({.seconds = static_cast<uint32_t>((kBase + t) / kSecond),
                   .fraction = static_cast<uint32_t>((kBase + t) % kSecond),
                   .data = testing::ethernet_frame(frame_bytes, static_cast<uint8_t>(count_++))});
    }
    return add(name, pcap.bytes());
  }
  std::string add(const std::string& name, const Bytes& bytes) {
    options_.set.paths.push_back(dir_.write(name, bytes));
    return options_.set.paths.back();
  }
  static std::vector<int64_t> every(int64_t gap, int64_t count) {
    std::vector<int64_t> times(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) times[static_cast<size_t>(i)] = i * gap;
    return times;
  }

  const replay::Report& run() {
    options_.delivery.target = FileTarget{dir_.path("out.pcap")};
    Result<ReplayResult> result = run_replay(options_, reporter_, {});
    EXPECT_TRUE(result) << result.error().what;
    if (result) report_ = std::move(result->report);
    EXPECT_TRUE(report_.accounts.balanced());
    sent_ = testing::read_capture(testing::read_file(output_of(options_.delivery.target))).packets;
    return report_;
  }
  Nanos took() const { return Nanos(sent_.back().time_ns - sent_.front().time_ns); }

  testing::TempDir dir_;
  testing::QuietReporter reporter_;
  ReplayOptions options_;
  replay::Report report_;
  std::vector<ReadPacket> sent_;
  unsigned count_ = 0;
};

TEST_F(OriginalReplayFaults, G02_GapsOf50MicrosecondsAreKept) {
  PcapBuilder pcap({.magic = testing::kMagicNanos});
  const Bytes frame = testing::ethernet_frame(14);
  for (uint32_t i = 0; i < 100'000; ++i) {
    pcap.record(
        {.seconds = 1'600'000'000 + i / 20'000, .fraction = i % 20'000 * 50'000, .data = frame});
  }
  add("a.pcap", pcap.bytes());
  const replay::Report& report = run();
  EXPECT_EQ(report.accounts.sent, 100'000u);
  EXPECT_EQ(report.planned_duration, Nanos(99'999 * 50 * kMicro));
  EXPECT_EQ(took(), report.planned_duration);
}

// A clock whose sleeps always end 80 µs late.
class Oversleeper final : public replay::Clock {
 public:
  SendTime now() noexcept override { return now_; }
  bool wait_until(SendTime when, const std::stop_token&) noexcept override {
    if (when > now_) now_ = when + std::chrono::microseconds(80);
    return true;
  }
  bool is_real() const noexcept override { return true; }

 private:
  SendTime now_{};
};

TEST_F(OriginalReplayFaults, G03_OversleepingDoesNotAddUp) {
  capture("a.pcap", every(kMilli, 60'000));  // a minute
  dataset::DatasetSummary set;
  dataset::ScanProgress progress;
  set.files = dataset::scan_files(options_.set.paths, 1, progress);
  dataset::summarize(set);
  const auto plan = replay::make_plan(set);
  ASSERT_TRUE(plan);
  testing::RecordingTransmitter out;
  Oversleeper clock;
  const replay::Report report = replay::play(*plan, {}, out, clock, {}, {});
  EXPECT_EQ(report.lateness.count(), 60'000u);
  EXPECT_LE(report.lateness.max(), 82 * kMicro);  // buckets of the histogram are 1.6 % wide
  EXPECT_LE(report.send_duration, report.planned_duration + std::chrono::microseconds(80));
}

TEST_F(OriginalReplayFaults, G04_PacketsOfTwoFilesAMicrosecondApartKeepTheirOrder) {
  std::vector<int64_t> even = every(2 * kMicro, 5000);
  std::vector<int64_t> odd = even;
  for (int64_t& t : odd) t += kMicro;
  capture("b.pcap", even);
  capture("a.pcap", odd);
  run();
  ASSERT_EQ(sent_.size(), 10'000u);
  for (size_t i = 0; i < sent_.size(); ++i)
    ASSERT_EQ(sent_[i].time_ns, kBase + static_cast<int64_t>(i) * kMicro);
}

TEST_F(OriginalReplayFaults, G05_FactorsAreNotCutToWholeNumbers) {
  capture("a.pcap", {0, 12 * kSecond, 24 * kSecond});
  for (const auto& [text, seconds] : std::vector<std::pair<std::string, double>>{
           {"0.5", 48}, {"2.4", 10}, {"1.9", 24 / 1.9}, {"0.001", 24'000}, {"1000", 0.024}}) {
    options_.schedule.speed = *parse_ratio(text);
    run();
    EXPECT_NEAR(static_cast<double>(took().count()), seconds * 1e9, 1) << text;
  }
}

TEST_F(OriginalReplayFaults, G06_B01_TheExpressionChoosesWhatIsSent) {
  PcapBuilder pcap;
  for (uint32_t i = 0; i < 250; ++i)
    pcap.packet(kBase + i * kMilli, ip_frame(i % 5 == 0 ? kTcp : kUdp, i));
  add("a.pcap", pcap.bytes());
  options_.select.expression = "not udp";
  EXPECT_EQ(run().accounts.sent, 50u);
  EXPECT_EQ(report_.accounts.filtered, 200u);
  for (size_t i = 0; i < sent_.size(); ++i)  // and the schedule is that of the whole set
    ASSERT_EQ(sent_[i].time_ns, kBase + static_cast<int64_t>(i) * 5 * kMilli);
}

TEST_F(OriginalReplayFaults, G07_B09_TheWindowIsExactToThePacket) {
  capture("across.pcap", every(kSecond, 100));
  capture("before.pcap", {0, kSecond});
  capture("after.pcap", {95 * kSecond});
  std::filesystem::permissions(options_.set.paths[1], std::filesystem::perms::none);
  options_.select.window = {.from = capture_time(kBase + 10 * kSecond),
                            .to = capture_time(kBase + 20 * kSecond)};
  run();
  ASSERT_EQ(sent_.size(), 10u);
  EXPECT_EQ(sent_.front().time_ns, kBase + 10 * kSecond);
  EXPECT_EQ(sent_.back().time_ns, kBase + 19 * kSecond);
  EXPECT_EQ(report_.accounts.outside_window, 10u);  // behind the window nothing is read
  EXPECT_EQ(report_.files, 1u);
  EXPECT_EQ(report_.files_outside_window, 2u);
}

TEST_F(OriginalReplayFaults, G08_B02_SortingLosesNothingAtTheEnd) {
  for (const int64_t packets : {1, 99, 100, 101, 250}) {
    options_.set.paths.clear();
    std::vector<int64_t> times = every(kMilli, packets);
    if (packets > 2) std::swap(times[1], times[2]);
    capture("a.pcap", times);
    options_.schedule.sort = true;
    EXPECT_EQ(run().accounts.sent, static_cast<uint64_t>(packets));
    EXPECT_TRUE(std::is_sorted(sent_.begin(), sent_.end(),
                               [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; }));
  }
}

TEST_F(OriginalReplayFaults, G09_B05_AFrameThatIsRefusedEndsNothing) {
  capture("a.pcap", every(kMilli, 100));
  dataset::DatasetSummary set;
  dataset::ScanProgress progress;
  set.files = dataset::scan_files(options_.set.paths, 1, progress);
  dataset::summarize(set);
  testing::RecordingTransmitter out;
  out.batch = 1;
  int asked = 0;
  out.refuse = [&](const transmit::Frame&, size_t index) {
    return index == 50 && asked++ == 0 ? EMSGSIZE : 0;
  };
  replay::SimulatedClock clock;
  const replay::Report report = replay::play(*replay::make_plan(set), {}, out, clock, {}, {});
  EXPECT_EQ(report.accounts.sent, 99u);
  EXPECT_EQ(report.accounts.failed, 1u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(OriginalReplayFaults, B05_AMissingFileIsNamedAndTheOthersAreSent) {
  capture("a.pcap", {0});
  capture("b.pcap", {kSecond});
  dir_.write("dump.json", R"({"files":[{"path":")" + options_.set.paths[0] + R"("},{"path":")" +
                              dir_.path("missing.pcap") + R"("},{"path":")" +
                              options_.set.paths[1] + R"("}]})");
  options_.set.paths.clear();
  options_.set.dump_path = dir_.path("dump.json");
  EXPECT_EQ(run().accounts.sent, 2u);
  ASSERT_EQ(report_.damaged.size(), 1u);
  EXPECT_EQ(report_.damaged[0].path, dir_.path("missing.pcap"));
}

TEST_F(OriginalReplayFaults, G10_AFileOfOnePacketIsReplayed) {
  capture("a.pcap", {0});
  capture("b.pcap", {kSecond, 2 * kSecond});
  EXPECT_EQ(run().accounts.sent, 3u);
}

TEST_F(OriginalReplayFaults, G11_AFileCutByAByteGivesItsWholePackets) {
  const std::string path = capture("a.pcap", every(kMilli, 100));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  EXPECT_EQ(run().accounts.sent, 99u);
  EXPECT_EQ(report_.damaged.size(), 1u);
}

TEST_F(OriginalReplayFaults, G12_EqualTimesAreNotOutOfOrder) {
  capture("a.pcap", {0, 0, 0, kMilli, kMilli});
  options_.select.skip_out_of_order = true;
  EXPECT_EQ(run().accounts.sent, 5u);
}

TEST_F(OriginalReplayFaults, G13_TheLoopsOfAnUnorderedFileHaveTheRightPeriod) {
  capture("a.pcap", {0, 10 * kSecond, kSecond});
  options_.schedule.loop_count = 2;
  options_.schedule.loop_gap = Nanos(kSecond);
  run();
  ASSERT_EQ(sent_.size(), 6u);
  EXPECT_EQ(sent_[3].time_ns - sent_[0].time_ns, 11 * kSecond);
}

TEST_F(OriginalReplayFaults, G15_B06_AFullFrameWithAVlanTagIsNotTooLong) {
  capture("a.pcap", every(kMilli, 20), 1518);
  EXPECT_EQ(run().accounts.sent, 20u);
  options_.select.longest_frame_bytes = 1514;  // unless that is asked for, and then it is counted
  EXPECT_EQ(run().accounts.sent, 0u);
  EXPECT_EQ(report_.accounts.skipped_above_limit, 20u);
}

TEST_F(OriginalReplayFaults, G16_EveryFormatAndCompressionIsReplayed) {
  testing::PcapngBuilder ng;
  ng.section().interface({.tsresol = 9});
  ng.enhanced({.timestamp = static_cast<uint64_t>(kBase), .data = testing::ethernet_frame(60)});
  add("a.pcapng", ng.bytes());
  PcapBuilder pcap({.big_endian = true});
  pcap.packet(kBase + kSecond, testing::ethernet_frame(60));
  for (const io::Compression c :
       {io::Compression::kGzip, io::Compression::kZstd, io::Compression::kLz4, io::Compression::kXz,
        io::Compression::kBzip2}) {
    add(std::string(word_of(c)), testing::compress(c, pcap.bytes()));
  }
  EXPECT_EQ(run().accounts.sent, 6u);
}

TEST_F(OriginalReplayFaults, G18_B04_TheLastPacketIsNeverLost) {
  for (int f = 0; f < 8; ++f)
    capture("w" + std::to_string(f), every(kMilli + f * 17 * kMicro, 250));
  for (int i = 0; i < 30; ++i) EXPECT_EQ(run().accounts.sent, 2000u);
}

TEST_F(OriginalReplayFaults, G19_B08_LoopCountZeroSends) {
  capture("a.pcap", {0, kMilli});
  options_.schedule.loop_count = 0;
  options_.delivery.target = FileTarget{"/dev/null"};
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  const auto result = run_replay(options_, reporter_, stop.get_token());
  ASSERT_TRUE(result);
  EXPECT_GT(result->report.accounts.sent, 10u);
}

TEST_F(OriginalReplayFaults, G20_SortingReachesAcross150PacketsAndSkippingStillCounts) {
  std::vector<int64_t> times = every(kMilli, 1000);
  // Packet 300 is 150 places too late.
  std::rotate(times.begin() + 300, times.begin() + 301, times.begin() + 451);
  capture("a.pcap", times);
  options_.schedule.sort = true;
  run();
  ASSERT_EQ(sent_.size(), 1000u);
  for (size_t i = 0; i < sent_.size(); ++i)
    ASSERT_EQ(sent_[i].time_ns, kBase + static_cast<int64_t>(i) * kMilli);
  options_.select.skip_out_of_order = true;
  EXPECT_EQ(run().accounts.sent, 999u);
  EXPECT_EQ(report_.accounts.skipped_out_of_order, 1u);
}

TEST_F(OriginalReplayFaults, B03_AScaleIsHitExactly) {
  capture("a.pcap", {0, 100 * kMilli, 249 * kMilli});
  for (const int64_t wanted : {140 * kMilli, 301 * kMilli, 3600 * kSecond, int64_t{1}}) {
    options_.schedule.scale_to = Nanos(wanted);
    EXPECT_EQ(run().planned_duration, Nanos(wanted));
    EXPECT_EQ(took(), Nanos(wanted));
  }
}

TEST_F(OriginalReplayFaults, B07_LongAndShortGapsComeBackAsTheyWere) {
  const std::vector<int64_t> times = {0,
                                      1,
                                      100 * kMicro,
                                      101 * kMicro,
                                      kSecond,
                                      kSecond + 99 * kMicro,
                                      86'400 * kSecond,
                                      86'400 * kSecond + 1};
  capture("a.pcap", times);
  run();
  ASSERT_EQ(sent_.size(), times.size());
  for (size_t i = 0; i < times.size(); ++i) EXPECT_EQ(sent_[i].time_ns, kBase + times[i]);
}

TEST_F(OriginalReplayFaults, B10_TopSpeedSendsEverything) {
  for (int f = 0; f < 3; ++f) capture("w" + std::to_string(f), every(kMicro, 20'000));
  options_.schedule.topspeed = true;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(run().accounts.sent, 60'000u);
}

}  // namespace
}  // namespace gophercap::jobs
