// The start of a replay with slow data. FIFOs simulate a disk that returns nothing until it is told
// to, so no test depends on the speed of the machine.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "dataset/scan/scan.h"
#include "replay/engine.h"
#include "testing/pcap_builder.h"
#include "testing/recording_transmitter.h"
#include "testing/temp_dir.h"

namespace gophercap::replay {
namespace {

using namespace std::chrono_literals;

constexpr int64_t kBase = 1'600'000'000'000'000'000;
constexpr int64_t kMs = 1'000'000;
constexpr int kLateFiles = 12;  // more than are opened ahead

class SlowStart : public ::testing::Test {
 protected:
  // One file with more packets at once than the start waits for, and twelve whose first packet is
  // due within the first second.
  void SetUp() override {
    testing::PcapBuilder burst({.magic = testing::kMagicNanos});
    for (int i = 0; i < 5000; ++i) burst.packet(kBase + i, testing::ethernet_frame(60));
    burst.packet(kBase + 3000 * kMs, testing::ethernet_frame(60));
    std::vector<std::string> paths = {dir_.write("a.pcap", burst.bytes())};
    for (int i = 0; i < kLateFiles; ++i) {
      testing::PcapBuilder pcap({.magic = testing::kMagicNanos});
      pcap.packet(kBase + (400 + i) * kMs, testing::ethernet_frame(60));
      pcap.packet(kBase + 1000 * kMs, testing::ethernet_frame(60));
      bytes_.push_back(pcap.bytes());
      late_.push_back(dir_.write("b" + std::to_string(10 + i) + ".pcap", pcap.bytes()));
      paths.push_back(late_.back());
    }
    dataset::ScanProgress progress;
    dataset::DatasetSummary set;
    set.files = dataset::scan_files(paths, 1, progress);
    dataset::summarize(set);
    Result<Plan> made = make_plan(set);
    ASSERT_TRUE(made) << made.error().what;
    plan_ = *std::move(made);
    for (const std::string& path : late_) {
      std::filesystem::remove(path);
      ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    }
  }

  void give_all() {
    for (int i = 0; i < kLateFiles; ++i) {
      const int fd = ::open(late_[static_cast<size_t>(i)].c_str(), O_WRONLY | O_CLOEXEC);
      const auto& bytes = bytes_[static_cast<size_t>(i)];
      EXPECT_EQ(::write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
      ++given_;
      ::close(fd);
    }
  }

  Report run(const SendOptions& send, std::stop_token stop = {},
             const std::function<void(const EngineProgress&)>& watch = {}) {
    RealClock clock(PacingProfile::kEco);
    return play(plan_, {.time_factor = {1, 10}, .send = send, .reader_threads = 2}, out_, clock,
                watch, stop);
  }

  testing::TempDir dir_;
  std::vector<std::string> late_;
  std::vector<testing::Bytes> bytes_;
  std::atomic<int> given_{0};
  Plan plan_;
  testing::RecordingTransmitter out_;
};

TEST_F(SlowStart, TheClockBeginsWhenWhatIsDueInTheFirstSecondIsThere) {
  int given_at_first = -1;
  out_.refuse = [&](const transmit::Frame&, size_t index) {
    if (index == 0 && given_at_first < 0) given_at_first = given_;
    return 0;
  };
  // Longer than all other waits at the start.
  std::jthread disk([this] {
    std::this_thread::sleep_for(700ms);
    give_all();
  });
  const Report report = run({});
  EXPECT_EQ(given_at_first, kLateFiles);
  EXPECT_EQ(report.accounts.sent, 5001U + 2 * kLateFiles);
  EXPECT_FALSE(report.started_unready);
}

TEST_F(SlowStart, AGivenTimeIsKeptAndTold) {
  std::atomic<bool> begun{false};
  out_.refuse = [&](const transmit::Frame&, size_t) {
    begun = true;
    return 0;
  };
  std::jthread disk([&] {
    while (!begun) std::this_thread::sleep_for(1ms);
    give_all();
  });
  const Report report = run({.start_at_wall_ns = wall_time_of(SendClock::now()) + 100 * kMs});
  EXPECT_TRUE(report.started_unready);
  EXPECT_EQ(report.accounts.sent, 5001U + 2 * kLateFiles);
}

TEST_F(SlowStart, AStopEndsTheWait) {
  std::stop_source stop;
  const Report report =
      run({}, stop.get_token(), [&](const EngineProgress&) { stop.request_stop(); });
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.accounts.sent, 0U);
  EXPECT_TRUE(report.accounts.balanced());
}

}  // namespace
}  // namespace gophercap::replay
