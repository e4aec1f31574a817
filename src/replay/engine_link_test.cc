// How the engine handles rejected frames and a link that goes down.
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "replay/engine_for_test.h"

namespace gophercap::replay {
namespace {

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
  EXPECT_FALSE(report.failure);
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
  EXPECT_FALSE(report.failure);
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
  EXPECT_FALSE(report.failure);
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
  EXPECT_TRUE(report.failure);
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
  EXPECT_TRUE(report.failure);
  EXPECT_EQ(report.accounts.sent, 1000u);
  EXPECT_TRUE(report.accounts.balanced());
  EXPECT_GT(report.accounts.unsent_at_stop, 0u);
}

// A clock that claims to be real, but advances only by waiting, and by a millisecond with each
// check while the link is down. So a stall of the machine does not make an outage longer. The link
// comes back at `back`.
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
      play(plan(), {.send = {.links_up = {&clock.up}, .link_timeout = std::chrono::seconds(20)}},
           out_, clock, {}, {});
  const Accounts& a = report.accounts;
  EXPECT_FALSE(report.failure);
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
  const Report report = play(
      plan(), {.send = {.links_up = {&clock.up}, .link_timeout = std::chrono::milliseconds(30)}},
      out_, clock, {}, {});
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->sys, ENETDOWN);
  EXPECT_EQ(report.failure->what, "a recording: Network is down for 30ms");
  EXPECT_EQ(report.accounts.sent, 0u);
  EXPECT_EQ(report.accounts.missed_link_down, 2u);
  EXPECT_TRUE(report.accounts.balanced());
}

TEST_F(Engine, AnOutageThatOutlastsTheSetIsNotWaitedFor) {
  add_file("a.pcap", {0, 1000, 2000});
  std::atomic<bool> up{false};
  RealClock clock;
  const Report report =
      play(plan(), {.send = {.links_up = {&up}, .link_timeout = std::chrono::hours(1)}}, out_,
           clock, {}, {});
  EXPECT_FALSE(report.failure);
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
      play(plan(), {.send = {.links_up = {&up}, .link_timeout = std::chrono::hours(1)}}, out_,
           clock, {}, {});
  EXPECT_FALSE(report.failure);
  EXPECT_EQ(report.accounts.sent, 1u);
  EXPECT_EQ(report.accounts.missed_link_down, 2u);
  EXPECT_LT(report.outage, std::chrono::seconds(10));
}

TEST_F(Engine, WithoutLinkTimeoutALostCarrierEndsTheRun) {
  add_file("a.pcap", {0, 1000, 2000});
  std::atomic<bool> up{false};
  RealClock clock;
  const Report report = play(plan(), {.send = {.links_up = {&up}}}, out_, clock, {}, {});
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->sys, ENETDOWN);
}

}  // namespace
}  // namespace gophercap::replay
