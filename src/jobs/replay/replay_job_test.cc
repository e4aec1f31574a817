#include "jobs/replay/replay_job.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "jobs/map/map_job.h"
#include "jobs/replay/replay_forecast.h"
#include "testing/pcap_builder.h"
#include "testing/quiet_reporter.h"
#include "testing/read_capture.h"
#include "testing/temp_dir.h"

namespace gophercap::jobs {
namespace {

using testing::Bytes;
using testing::ethernet_frame;
using testing::PcapBuilder;
using testing::QuietReporter;
using testing::read_capture;
using testing::read_file;
using namespace std::chrono_literals;

constexpr int64_t kSecond = 1'000'000'000;

class ReplayJob : public ::testing::Test {
 protected:
  std::string capture(const std::string& name, const std::vector<int64_t>& seconds,
                      uint32_t link_type = 1) {
    PcapBuilder pcap({.link_type = link_type});
    for (const int64_t s : seconds)
      pcap.packet(s * kSecond, ethernet_frame(60, static_cast<uint8_t>(s)));
    return dir_.write(name, pcap.bytes());
  }

  ReplayOptions to_file() const {
    ReplayOptions options;
    options.delivery.target = FileTarget{dir_.path("out")};
    return options;
  }

  Result<ReplayResult> run(const ReplayOptions& options, std::stop_token stop = {}) {
    return run_replay(options, reporter_, std::move(stop));
  }

  // Runs the job and returns the times of the packets written, in seconds and in order.
  std::vector<int64_t> seconds_written(const ReplayOptions& options) {
    const Result<ReplayResult> result = run(options);
    EXPECT_TRUE(result) << result.error().what;
    if (!result) return {};
    EXPECT_TRUE(result->report.accounts.balanced());
    std::vector<int64_t> seconds;
    for (const auto& packet : read_capture(read_file(output_of(options.delivery.target))).packets)
      seconds.push_back(packet.time_ns / kSecond);
    return seconds;
  }

  void map(const std::vector<std::string>& paths) {
    ASSERT_TRUE(run_map({.selection = {.paths = paths}, .dump_path = dump_}, reporter_, {}));
  }

  testing::TempDir dir_;
  std::string dump_ = dir_.path("dump.json");
  QuietReporter reporter_;
};

TEST_F(ReplayJob, MapsGivenPathsAndMergesThem) {
  ReplayOptions options = to_file();
  options.set.paths = {capture("a.pcap", {100, 103}), capture("b.pcap", {101, 102})};
  EXPECT_EQ(seconds_written(options), (std::vector<int64_t>{100, 101, 102, 103}));
}

TEST_F(ReplayJob, ReadsADumpAndTheFilesThatTheExpressionLeaves) {
  const std::string a = capture("a.pcap", {100, 103});
  map({a, capture("b.pcap", {101, 102})});
  ReplayOptions options = to_file();
  options.set.dump_path = dump_;
  EXPECT_EQ(seconds_written(options).size(), 4u);
  EXPECT_TRUE(reporter_.notes.empty());
  options.set.file_regexp = "b\\.pcap$";
  EXPECT_EQ(seconds_written(options), (std::vector<int64_t>{101, 102}));
  options.set.file_regexp = "(";
  EXPECT_EQ(run(options).error().code, Errc::kInvalidArgument);
  options.set.file_regexp = "nothing like that";
  EXPECT_EQ(run(options).error().code, Errc::kNotFound);
}

TEST_F(ReplayJob, MapsAFileAgainThatHasChangedSinceAndSaysSo) {
  map({capture("a.pcap", {100, 103}), capture("b.pcap", {101})});
  capture("b.pcap", {99, 101, 104});
  ReplayOptions options = to_file();
  options.set.dump_path = dump_;
  EXPECT_EQ(seconds_written(options), (std::vector<int64_t>{99, 100, 101, 103, 104}));
  EXPECT_TRUE(
      QuietReporter::mentions(reporter_.notes, "1 of 2 files changed since the set was mapped"));
}

TEST_F(ReplayJob, ADumpOfTheOriginalsIsAListOfFiles) {
  const std::string a = capture("a.pcap", {100, 103});
  dir_.write("dump.json", R"({"beginning":"2001-01-01T00:00:00Z","end":"2001-01-02T00:00:00Z",)"
                          R"("files":[{"path":")" +
                              a + R"(","packets":77}]})");
  ReplayOptions options = to_file();
  options.set.dump_path = dump_;
  EXPECT_EQ(seconds_written(options), (std::vector<int64_t>{100, 103}));
  EXPECT_TRUE(QuietReporter::mentions(reporter_.notes,
                                      "was not written by this program; mapping its 1 file again"));
}

TEST_F(ReplayJob, WritesPcapForOneLinkTypeAndPcapngForMore) {
  ReplayOptions options = to_file();
  options.set.paths = {capture("a.pcap", {100}), capture("b.pcap", {101}, 101)};
  ASSERT_TRUE(run(options));
  EXPECT_EQ(read_capture(read_file(output_of(options.delivery.target))).format,
            capture::Format::kPcapng);
  options.delivery.target = FileTarget{dir_.path("out"), OutFormat::kPcap};
  const Result<ReplayResult> refused = run(options);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("--out-format pcapng"), std::string::npos);
  options.set.paths.pop_back();
  ASSERT_TRUE(run(options));
  EXPECT_EQ(read_capture(read_file(output_of(options.delivery.target))).format,
            capture::Format::kPcapNanos);
}

TEST_F(ReplayJob, TimesBefore1970AndAfter2106AreWrittenAsPcapng) {
  testing::PcapngBuilder old;
  old.section().interface({.tsresol = 9, .tsoffset = -2'000'000'000});
  for (const uint64_t ns : {0u, 5u}) old.enhanced({.timestamp = ns, .data = ethernet_frame(60)});
  testing::PcapngBuilder far;
  far.section().interface({.tsresol = 9});
  far.enhanced({.timestamp = uint64_t{5'000'000'000} * kSecond, .data = ethernet_frame(60)});
  ReplayOptions options = to_file();
  options.set.paths = {dir_.write("old", old.bytes()), dir_.write("far", far.bytes()),
                       capture("2020", {1'600'000'000})};
  EXPECT_EQ(seconds_written(options),
            (std::vector<int64_t>{-2'000'000'000, -1'999'999'999, 1'600'000'000, 5'000'000'000}));
  EXPECT_EQ(read_capture(read_file(output_of(options.delivery.target))).format,
            capture::Format::kPcapng);
}

TEST_F(ReplayJob, TheReportTellsOfFilesThatBrokeBeforeTheirFirstPacket) {
  ReplayOptions options = to_file();
  options.set.paths = {capture("a.pcap", {100}), dir_.write("broken.pcap", "not a capture at all")};
  options.report_path = dir_.path("report.json");
  const Result<ReplayResult> result = run(options);
  ASSERT_TRUE(result);
  ASSERT_EQ(result->report.damaged.size(), 1u);
  const Bytes text = read_file(options.report_path);
  const auto json = nlohmann::json::parse(text.begin(), text.end());
  EXPECT_EQ(json["damaged_files"][0]["path"], options.set.paths[1]);
  EXPECT_EQ(json["packets"]["sent"], 1);
}

TEST_F(ReplayJob, AReportWithoutAPlaceIsRefusedBeforeTheFirstPacket) {
  ReplayOptions options = to_file();
  options.set.paths = {capture("a.pcap", {100})};
  options.report_path = dir_.path("no/such/report");
  EXPECT_FALSE(run(options));
  EXPECT_FALSE(std::filesystem::exists(output_of(options.delivery.target)));
}

TEST_F(ReplayJob, AReportThatCannotBeWrittenCostsNothingElse) {
  ReplayOptions options = to_file();
  options.set.paths = {capture("a.pcap", {100})};
  options.report_path = "/dev/full";
  const Result<ReplayResult> result = run(options);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->report.accounts.sent, 1u);
  ASSERT_TRUE(result->report_error);
  EXPECT_EQ(result->report_error->sys, ENOSPC);
}

TEST_F(ReplayJob, NoCaptureIsOverwrittenByWhatIsMadeOfIt) {
  ReplayOptions options = to_file();
  options.set.paths = {capture("a.pcap", {100}), capture("b.pcap", {101})};
  const Bytes before = read_file(options.set.paths[0]);
  for (const bool report : {false, true}) {
    ReplayOptions wrong = options;
    if (report) {
      wrong.report_path = options.set.paths[0];
      wrong.set.outputs = {{"--report", wrong.report_path}};
    } else {
      wrong.delivery.target = FileTarget{options.set.paths[0]};
      wrong.set.outputs = {{"--out-file", options.set.paths[0]}};
    }
    const Result<ReplayResult> refused = run(wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kInvalidArgument);
  }
  EXPECT_EQ(read_file(options.set.paths[0]), before);
}

TEST_F(ReplayJob, DamageInsideTheWindowIsReported) {
  ReplayOptions options = to_file();
  options.set.paths = {capture("a.pcap", {100, 101, 102})};
  std::filesystem::resize_file(options.set.paths[0],
                               std::filesystem::file_size(options.set.paths[0]) - 1);
  options.select.window.from = capture_time(101 * kSecond);
  const Result<ReplayResult> result = run(options);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->report.accounts.sent, 1u);
  EXPECT_EQ(result->report.damaged.size(), 1u);
}

TEST_F(ReplayJob, TheForecastCountsWhatTheReplayReads) {
  ReplayOptions options = to_file();
  options.set.paths = {capture("a.pcap", {100, 101, 102, 103, 104})};
  options.select.window = {.from = capture_time(101 * kSecond), .to = capture_time(103 * kSecond)};
  const Result<Forecast> forecast = forecast_replay(options, reporter_, {});
  const Result<ReplayResult> result = run(options);
  ASSERT_TRUE(forecast && result);
  EXPECT_EQ(forecast->accounts.read, result->report.accounts.read);
  EXPECT_EQ(forecast->accounts.sent, result->report.accounts.sent);
  EXPECT_EQ(forecast->accounts.outside_window, result->report.accounts.outside_window);
}

TEST_F(ReplayJob, TheForecastKnowsHowLongARateTakes) {
  ReplayOptions options = to_file();
  options.set.paths = {capture("a.pcap", {100, 101, 102})};
  options.schedule.loop_count = 2;
  options.schedule.rule = {.kind = replay::ScheduleRule::Kind::kPacketsPerSecond, .rate = {10, 1}};
  options.schedule.speed = {2, 1};  // which a rate does not have
  const Result<Forecast> packets = forecast_replay(options, reporter_, {});
  ASSERT_TRUE(packets);
  EXPECT_FALSE(packets->at_most);
  EXPECT_EQ(packets->duration, 200ms);
  EXPECT_EQ(packets->period, 300ms);
  EXPECT_EQ(packets->total, 500ms);
  EXPECT_EQ(packets->time_factor, Ratio{});
  EXPECT_EQ(run(options)->report.planned_duration, 500ms);

  options.select.expression = "ether[14] = 127";  // one of three
  EXPECT_EQ(forecast_replay(options, reporter_, {})->total, 100ms);
  EXPECT_EQ(run(options)->report.planned_duration, 100ms);
  options.select.expression = "ether[14] = 0";
  EXPECT_EQ(forecast_replay(options, reporter_, {})->total, 0ms);
}

TEST_F(ReplayJob, WhatOnlyAPassWouldKnowTheForecastGivesALimitFor) {
  ReplayOptions options = to_file();
  options.set.paths = {capture("a.pcap", {100, 101, 102})};
  options.schedule.rule = {.kind = replay::ScheduleRule::Kind::kMegabitsPerSecond,
                           .rate = {60 * 8, 1'000'000}};
  const Result<Forecast> megabits = forecast_replay(options, reporter_, {});
  ASSERT_TRUE(megabits);
  EXPECT_TRUE(megabits->at_most);
  EXPECT_EQ(megabits->total, 3s);  // with the last packet itself
  EXPECT_EQ(run(options)->report.planned_duration, 2s);

  options.schedule.rule = {.longest_gap = 100ms};
  options.schedule.loop_count = 2;
  const Result<Forecast> pauses = forecast_replay(options, reporter_, {});
  ASSERT_TRUE(pauses);
  EXPECT_TRUE(pauses->at_most);
  EXPECT_EQ(pauses->duration, 200ms);
  EXPECT_EQ(pauses->period, 300ms);
  EXPECT_EQ(pauses->total, 500ms);
  EXPECT_EQ(run(options)->report.planned_duration, 500ms);
  options.select.expression =
      "ether[14] != 127";  // the first one: what passes until the next is shortened
  EXPECT_EQ(forecast_replay(options, reporter_, {})->total, 400ms);
  EXPECT_EQ(run(options)->report.planned_duration, 400ms);
}

TEST_F(ReplayJob, WhatAFormatCannotHoldIsSaidInWords) {
  testing::PcapngBuilder far;
  far.section().interface({.tsresol = 9});
  far.enhanced({.timestamp = uint64_t{5'000'000'000} * kSecond, .data = ethernet_frame(60)});
  ReplayOptions options = to_file();
  options.set.paths = {dir_.write("far", far.bytes())};
  options.delivery.target = FileTarget{dir_.path("out"), OutFormat::kPcap};
  const Result<ReplayResult> result = run(options);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->report.accounts.failed, 1u);
  EXPECT_NE(result->report.first_refusal.find("2106"), std::string::npos);
}

TEST_F(ReplayJob, StandardInputCannotBeReadTwice) {
  ReplayOptions options = to_file();
  options.set.paths = {"-"};
  EXPECT_EQ(run(options).error().code, Errc::kInvalidArgument);
}

TEST_F(ReplayJob, AStopBeforeTheFirstPacketIsCancelled) {
  ReplayOptions options = to_file();
  options.set.paths = {capture("a.pcap", {100})};
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(run(options, stop.get_token()).error().code, Errc::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(output_of(options.delivery.target)));
}

TEST_F(ReplayJob, NoCountBelowOneIsAnEnd) {
  // An endless replay: 0 in EngineOptions. It only ends when it is stopped.
  ReplayOptions options;
  options.delivery.target = FileTarget{"/dev/null"};
  options.schedule.loop_count = 0;
  options.set.paths = {capture("a.pcap", {100, 101})};
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop.request_stop();
  });
  const Result<ReplayResult> result = run(options, stop.get_token());
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_TRUE(result->interrupted);
  EXPECT_EQ(result->report.loops_planned, 0u);
  EXPECT_TRUE(result->report.accounts.balanced());
}

}  // namespace
}  // namespace gophercap::jobs
