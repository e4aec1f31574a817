#include "jobs/verify/verify_job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "jobs/map/map_job.h"
#include "jobs/replay/replay_job.h"
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
using testing::TempDir;

constexpr int64_t kSecond = 1'000'000'000;

// Two overlapping files: 40 packets, one every 0.5 s, each with a different length.
class VerifyJob : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const int parity : {0, 1}) {
      PcapBuilder pcap({.magic = testing::kMagicNanos});
      for (int i = parity; i < 40; i += 2) pcap.packet(100 * kSecond + i * kSecond / 2, frame(i));
      paths_.push_back(dir_.write("set/" + std::to_string(parity) + ".pcap", pcap.bytes()));
    }
    options_.set.dump_path = dir_.path("d.json");
    options_.memory.bytes = uint64_t{64} << 20;
    map();
  }

  static Bytes frame(int i) {
    return ethernet_frame(64 + static_cast<size_t>(i) * 40, static_cast<uint8_t>(i));
  }

  void map() {
    MapOptions options;
    options.selection.paths = {dir_.path("set")};
    options.dump_path = options_.set.dump_path;
    ASSERT_TRUE(run_map(options, reporter_, {}));
  }

  // The output of a replay with the same plan; its report is report.json.
  std::string replayed() {
    ReplayOptions replay;
    replay.set = options_.set;
    replay.select = options_.select;
    replay.schedule = options_.schedule;
    replay.memory = options_.memory;
    replay.delivery.target = FileTarget{dir_.path("out.pcap")};
    replay.report_path = dir_.path("report.json");
    const auto done = run_replay(replay, reporter_, {});
    EXPECT_TRUE(done) << done.error().what;
    return output_of(replay.delivery.target);
  }

  void take_report(const std::string& path) {
    auto sent = verify::read_sent_report(path, {}, io::Owners::kTrusted);
    ASSERT_TRUE(sent) << sent.error().what;
    options_.sent = *std::move(sent);
  }

  Result<verify::VerifyResult> run(const std::vector<std::string>& captures) {
    options_.captures = captures;
    return run_verify(options_, reporter_, {});
  }
  // "expected arrived lost duplicated reordered unexpected"
  std::string counts(const std::vector<std::string>& captures) {
    const Result<verify::VerifyResult> result = run(captures);
    if (!result) return result.error().what;
    const verify::Arrivals& a = result->arrivals;
    std::string text;
    for (const uint64_t n :
         {a.expected, a.arrived, a.lost, a.duplicated, a.reordered, a.unexpected})
      text += (text.empty() ? "" : " ") + std::to_string(n);
    return text;
  }

  TempDir dir_;
  std::vector<std::string> paths_;
  VerifyOptions options_;
  QuietReporter reporter_;
};

TEST_F(VerifyJob, WhatAReplayWritesIsWhatIsExpectedOfIt) {
  EXPECT_EQ(counts({replayed()}), "40 40 0 0 0 0");
  // All options that select packets or change times, since both commands use the same plan.
  const auto holds = [&](std::string_view name, auto change, const char* want) {
    const VerifyOptions before = options_;
    change(options_);
    const std::string received = replayed();
    take_report(dir_.path("report.json"));
    const Result<verify::VerifyResult> result = run({received});
    ASSERT_TRUE(result) << name << ": " << result.error().what;
    EXPECT_EQ(counts({received}), want) << name;
    EXPECT_EQ(result->arrivals.offset_error.max(), 0) << name;
    options_ = before;
  };
  holds(
      "window",
      [](auto& p) {
        p.select.window = {capture_time(105 * kSecond), {}};
      },
      "30 30 0 0 0 0");
  holds(
      "regexp", [](auto& p) { p.set.file_regexp = "0.pcap"; }, "20 20 0 0 0 0");
  holds(
      "expression", [](auto& p) { p.select.expression = "len >= 1000"; }, "16 16 0 0 0 0");
  holds(
      "speed",
      [](auto& p) {
        p.schedule.speed = {3, 1};
      },
      "40 40 0 0 0 0");
  holds(
      "duration", [](auto& p) { p.schedule.scale_to = Nanos(kSecond); }, "40 40 0 0 0 0");
  holds(
      "together", [](auto& p) { p.schedule.files_start_together = true; }, "40 40 0 0 0 0");
  holds(
      "sequence", [](auto& p) { p.schedule.file_gap = Nanos(kSecond); }, "40 40 0 0 0 0");
  holds(
      "clock steps",
      [](auto& p) {
        p.schedule.clock_steps = {.follow = true, .ahead = true, .limit = Nanos(kSecond / 10)};
      },
      "40 40 0 0 0 0");
  holds(
      "loops", [](auto& p) { p.schedule.loop_count = 3; }, "120 120 0 0 0 0");
  holds(
      "gap", [](auto& p) { p.schedule.rule.longest_gap = Nanos(1000); }, "40 40 0 0 0 0");
  holds(
      "rate",
      [](auto& p) {
        p.schedule.rule = {replay::ScheduleRule::Kind::kPacketsPerSecond, {1000, 1}, {}};
      },
      "40 40 0 0 0 0");
}

TEST_F(VerifyJob, OtherOptionsThanTheReplaysShowInTheFigures) {
  const std::string received = replayed();
  options_.schedule.speed = {2, 1};
  const Result<verify::VerifyResult> fast = run({received});
  ASSERT_TRUE(fast);
  EXPECT_EQ(fast->arrivals.gap_error.max(), kSecond / 4);
  take_report(dir_.path("report.json"));
  const Result<verify::VerifyResult> other = run({received});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::kInvalidArgument);
  EXPECT_NE(
      other.error().what.find(
          "--report: the report is from a different replay (were the options the same?): stretch"),
      std::string::npos)
      << other.error().what;
}

TEST_F(VerifyJob, SeveralCapturesAreMergedByTime) {
  EXPECT_EQ(counts(paths_), "40 40 0 0 0 0");
  EXPECT_EQ(counts({paths_[1], paths_[0]}), "40 40 0 0 0 0");
  EXPECT_EQ(counts({paths_[0]}), "40 20 20 0 0 0");
  EXPECT_EQ(counts({paths_[0], paths_[1], paths_[0]}), "40 40 0 20 0 0");
}

TEST_F(VerifyJob, LengthsOfTheInterfaceAreMinded) {
  const std::string received = replayed();
  EXPECT_EQ(counts({received}), "40 40 0 0 0 0");
  options_.mtu = 1000;  // frames of up to 1014 bytes: 0 to 23
  EXPECT_EQ(counts({received}), "24 24 0 0 0 16");
  const Result<verify::VerifyResult> result = run({received});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->plan.accounts.skipped_too_long, 16U);
  // And taken from the report of a replay to an interface.
  nlohmann::json report = nlohmann::json::parse(testing::read_file(dir_.path("report.json")));
  report["max_frame_bytes"] = 1014;
  take_report(dir_.write("sent.json", report.dump()));
  options_.mtu.reset();
  EXPECT_EQ(counts({received}), "24 24 0 0 0 16");
}

TEST_F(VerifyJob, TheReportGivesTheSendersClock) {
  const std::string received = replayed();
  nlohmann::json report = nlohmann::json::parse(testing::read_file(dir_.path("report.json")));
  report["started"] = "1970-01-01T00:01:39.999Z";  // 1 ms before the first stamp
  report["packets"]["sent"] = 39;
  take_report(dir_.write("sent.json", report.dump()));
  const Result<verify::VerifyResult> result = run({received});
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->arrivals.lateness.count(), 40U);
  EXPECT_EQ(result->arrivals.lateness.max(), 1'000'000);
  EXPECT_EQ(result->arrivals.median_lateness, Nanos(1'000'000));
  EXPECT_EQ(result->packets_sent, 39U);
  const auto json = nlohmann::json::parse(verify::verify_to_json(*result));
  EXPECT_EQ(json["lateness"]["max_ns"], 1'000'000);
  EXPECT_EQ(json["packets"]["sent_by_report"], 39);
}

TEST_F(VerifyJob, WhatIsNoReportIsRefused) {
  const std::string received = replayed();
  for (const std::string_view text :
       {"", "{", "[]", "7", "{\"gophercap_report_version\": \"1\"}",
        "{\"gophercap_report_version\": 2}", "{\"gophercap_report_version\": 1}",
        "{\"gophercap_report_version\": 1, \"packets\": {\"sent\": -1}}",
        "{\"gophercap_report_version\": 1, \"packets\": {\"sent\": 1}, \"started\": \"soon\"}",
        "{\"gophercap_report_version\": 1, \"packets\": {\"sent\": 1}}"}) {
    const auto sent =
        verify::read_sent_report(dir_.write("sent.json", text), {}, io::Owners::kTrusted);
    if (!sent) continue;
    options_.sent = *sent;
    EXPECT_FALSE(run({received})) << text;
  }
  EXPECT_FALSE(verify::read_sent_report(dir_.path("nowhere.json"), {}, io::Owners::kTrusted));
}

TEST_F(VerifyJob, CapturesWithoutEthernetHeadersAreRefused) {
  PcapBuilder any({.link_type = 276});
  any.packet(0, testing::payload(60));
  const Result<verify::VerifyResult> result = run({dir_.write("any.pcap", any.bytes())});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kUnsupported);
  EXPECT_NE(result.error().what.find("LINUX_SLL2"), std::string::npos);
  EXPECT_NE(result.error().what.find("capture on one interface"), std::string::npos);
}

TEST_F(VerifyJob, CutCapturesAreComparedAsFarAsTheyGo) {
  PcapBuilder cut({.magic = testing::kMagicNanos, .snap_length = 262144});  // the header lies
  for (int i = 0; i < 40; ++i) {
    Bytes data = frame(i);
    const auto length = static_cast<uint32_t>(data.size());
    data.resize(std::min<size_t>(data.size(), i == 20 ? 90 : 128));
    const int64_t t = 100 * kSecond + i * kSecond / 2;
    cut.record({.seconds = static_cast<uint32_t>(t / kSecond),
                .fraction = static_cast<uint32_t>(t % kSecond),
                .data = data,
                .original = length});
  }
  const Result<verify::VerifyResult> result = run({dir_.write("cut.pcap", cut.bytes())});
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->compared_bytes, 90U);
  EXPECT_EQ(result->arrivals.arrived, 40U);
  EXPECT_EQ(result->arrivals.cut, 38U);
}

// A recording keeps the original length of such packets; a wire carries only what was captured.
TEST_F(VerifyJob, PacketsThatTheSetHasInPartAreFoundInARecordingAndBehindAWire) {
  PcapBuilder set({.magic = testing::kMagicNanos, .snap_length = 96});
  PcapBuilder wire({.magic = testing::kMagicNanos});
  for (int i = 0; i < 40; ++i) {
    Bytes data = frame(i);
    const auto length = static_cast<uint32_t>(data.size());
    data.resize(std::min<size_t>(data.size(), i == 7 ? 20 : 96));
    const int64_t t = 100 * kSecond + i * kSecond / 2;
    set.record({.seconds = static_cast<uint32_t>(t / kSecond),
                .fraction = static_cast<uint32_t>(t % kSecond),
                .data = data,
                .original = length});
    wire.packet(t, data);
  }
  options_.set.paths = {dir_.write("snapped.pcap", set.bytes())};
  EXPECT_EQ(counts({replayed()}), "40 40 0 0 0 0");
  EXPECT_EQ(counts({dir_.write("wire.pcap", wire.bytes())}), "40 40 0 0 0 0");
}

TEST_F(VerifyJob, NothingToCompareIsNotFound) {
  const Result<verify::VerifyResult> empty = run({dir_.write("none.pcap", PcapBuilder().bytes())});
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, Errc::kNotFound);
  EXPECT_EQ(empty.error().sys, 0);
  options_.select.expression = "len > 60000";
  const Result<verify::VerifyResult> filtered = run(paths_);
  ASSERT_FALSE(filtered);
  EXPECT_EQ(filtered.error().code, Errc::kNotFound);
}

TEST_F(VerifyJob, TooLittleMemorySaysHowMuchWouldDo) {
  options_.memory.bytes = 2000;
  const Result<verify::VerifyResult> plan = run(paths_);
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().what.find("too little for 40 packets; --memory 1M would do"),
            std::string::npos)
      << plan.error().what;
  options_.memory.bytes = 2400;  // enough for the plan alone
  const Result<verify::VerifyResult> arrivals = run(paths_);
  ASSERT_FALSE(arrivals);
  EXPECT_EQ(arrivals.error().code, Errc::kInvalidArgument);
}

TEST_F(VerifyJob, DamageOnEitherSideIsToldAndWhatStandsBeforeItIsUsed) {
  Bytes bytes = testing::read_file(replayed());
  bytes.resize(bytes.size() - 10);
  const Result<verify::VerifyResult> result = run({dir_.write("half.pcap", bytes)});
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->arrivals.lost, 1U);
  ASSERT_EQ(result->damaged_captures.size(), 1U);
  EXPECT_TRUE(result->damaged_captures[0].path.ends_with("half.pcap"));
  EXPECT_FALSE(run({dir_.write("words.txt", std::string_view("no capture at all, only words"))}));
  EXPECT_FALSE(run({dir_.path("nowhere.pcap")}));
}

TEST_F(VerifyJob, AStopIsCancelled) {
  std::stop_source stop;
  stop.request_stop();
  options_.captures = paths_;
  const Result<verify::VerifyResult> result = run_verify(options_, reporter_, stop.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kCancelled);
}

}  // namespace
}  // namespace gophercap::jobs
