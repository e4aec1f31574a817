#include "cli/text/replay_report.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/text/lines_for_test.h"

namespace gophercap::cli {
namespace {

using namespace std::chrono_literals;

constexpr TextOptions kPipe{false, 80};

// Of an interface that has counted so many frames.
replay::InterfaceReport counting(std::string name, uint64_t given, uint64_t counted) {
  replay::InterfaceReport interface { .name = std::move(name), .frames_sent = given };
  interface.before.tx_packets = 7;
  interface.after = interface.before;
  interface.after->tx_packets += counted;
  return interface;
}

TEST(ReplayReport, LossesOfOneInterfaceAreNotHiddenByTrafficOfAnother) {
  replay::Report report;
  report.accounts = {.read = 100, .sent = 100, .frames_sent = 100};
  report.counted_by_interface = 110;
  report.interfaces = {counting("veth0", 50, 70), counting("veth1", 50, 40)};
  EXPECT_EQ(lost_behind_us(report),
            std::vector<std::string>{
                "interface veth1 counted 40 of 50 frames: 10 were lost after they were sent"});
  report.interfaces[1].after.reset();
  EXPECT_TRUE(lost_behind_us(report).empty()) << "it tells nothing any more";
}

TEST(ReplayReport, WhatAnInterfaceCountsAreFrames) {
  replay::Report report;  // some packets left as segments
  report.accounts = {.read = 60, .sent = 60, .frames_sent = 100};
  report.interfaces = {counting("veth0", 0, 90)};
  report.counted_by_interface = 90;
  EXPECT_EQ(lost_behind_us(report),
            std::vector<std::string>{
                "the interface counted 90 of 100 frames: 10 were lost after they were sent"});
  const std::string text = replay_report(report, false, kPipe);
  EXPECT_NE(text.find("counted  90 frames by the interface\n"), std::string::npos) << text;
}

TEST(ReplayReport, EveryPacketIsAccountedFor) {
  replay::Report report;
  report.target = "interface veth0";
  report.files = 6;
  report.loops_planned = 3;
  report.loops_done = 2;
  report.first_refusal = "No buffer \x07";
  report.planned_duration = 10s;
  report.send_duration = 10s + 1500us;
  report.accounts = {.read = 20'000,
                     .sent = 18'000,
                     .sent_bytes = 9'000'000,
                     .skipped_link_type = 1000,
                     .skipped_too_long = 500,
                     .missed_link_down = 100,
                     .failed = 200,
                     .unsent_at_stop = 200,
                     .sent_cut = 5,
                     .fcs_removed = 6};
  ASSERT_TRUE(report.accounts.balanced());
  for (int64_t i = 1; i <= 1000; ++i) report.lateness.record(i * 1000);
  report.starved_packets = 4;
  report.gap_error.record(7000);
  report.drift = {5000, 3000};
  report.stalls = {.count = 3, .total = 4ms, .longest = 2ms};
  report.outages = 1;
  report.outage = 700ms;
  report.interfaces = {
      {.name = "veth0", .backend = "packet", .qdisc_bypass = true, .tx_threads = 4}};
  report.retries = 9;
  report.damaged.push_back({"x\x1b.pcap", {12, Errc::kCorrupt, "broken"}});
  const std::string text = replay_report(report, false, kPipe);
  for (const std::string_view line :
       {"target    interface veth0, 4 threads, past the queueing discipline\n",
        "loops     2 of 3\n", "read      20,000 packets\n",
        "sent      18,000 packets, 9.00 MB; 5 only as far as captured; 6 without their frame check",
        "skipped   1,500 packets (1,000 not Ethernet, 500 too long for the target)\n",
        "missed    100 packets due while the interface was down\n",
        "gaps      p50 7µs, p99 7µs longer or shorter\n", "drift     -2µs\n",
        "stalls    3 times in which the machine did not run the sender, the longest 2ms\n",
        "outages   1 time, 700ms in all\n", "failed    200 packets; the first: No buffer \\x07\n",
        "unsent    200 packets already read when it stopped\n", "took      10.002s (planned 10s)\n",
        "rate      1.80 kpackets/s, 7.20 Mbit/s\n", "starved   4 packets late", "retries   9 ",
        "  x\\x1b.pcap: byte 12: broken\n"}) {
    EXPECT_TRUE(contains(text, line)) << line << "in\n" << text;
  }
  EXPECT_TRUE(contains(text, "max 1ms\n")) << text;
}

TEST(ReplayReport, LeavesOutWhatDidNotHappen) {
  replay::Report report;
  report.loops_done = 1;
  report.accounts.read = report.accounts.sent = 1;
  const std::string text = replay_report(report, false, kPipe);
  for (const std::string_view word :
       {"skipped", "failed", "unsent", "lateness", "starved", "retries", "loops", "Damage", "rate",
        "missed", "gaps", "drift", "stalls", "outages", "threads", "discipline"}) {
    EXPECT_FALSE(contains(text, word)) << word << " in\n" << text;
  }
}

TEST(ReplayReport, NoRatesWhereNoTimePassed) {
  replay::Report report;
  report.planned_duration = report.send_duration = 72h;
  report.accounts.read = report.accounts.sent = 10;
  const std::string text = replay_report(report, true, kPipe);
  EXPECT_TRUE(contains(text, "span    3d0h\n")) << text;
  EXPECT_FALSE(contains(text, "rate") || contains(text, "took")) << text;
}

}  // namespace
}  // namespace gophercap::cli
