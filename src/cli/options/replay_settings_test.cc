#include "cli/options/replay_settings.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string_view>
#include <variant>

namespace gophercap::cli {
namespace {

using replay::LatePolicy;

TEST(ReplaySettings, LatePolicies) {
  EXPECT_EQ(parse_late("catch-up")->policy, LatePolicy::kCatchUp);
  EXPECT_EQ(parse_late("slip")->policy, LatePolicy::kSlip);
  EXPECT_EQ(parse_late("slip")->limit, std::chrono::milliseconds(1));
  EXPECT_EQ(parse_late("drop=250us")->policy, LatePolicy::kDrop);
  EXPECT_EQ(parse_late("drop=250us")->limit, std::chrono::microseconds(250));
  EXPECT_EQ(parse_late("drop=0s")->limit, Nanos(0));
  for (const char* text : {"", "late", "catch-up=1ms", "drop=", "drop=soon", "slip=-1ms", "=1ms"})
    EXPECT_FALSE(parse_late(text)) << text;
}

TEST(ReplaySettings, LatenessLimits) {
  EXPECT_DOUBLE_EQ(parse_lateness_limit("p99=50us")->quantile, 0.99);
  EXPECT_EQ(parse_lateness_limit("p99=50us")->limit, std::chrono::microseconds(50));
  EXPECT_DOUBLE_EQ(parse_lateness_limit("p99.9=1ms")->quantile, 0.999);
  EXPECT_DOUBLE_EQ(parse_lateness_limit("max=1ms")->quantile, 1);
  for (const char* text : {"", "p99", "99=1ms", "p0=1ms", "p101=1ms", "p=1ms", "p99=", "p9x=1ms",
                           "pnan=1ms", "p99=-1ms", "min=1ms"})
    EXPECT_FALSE(parse_lateness_limit(text)) << text;
}

TEST(ReplaySettings, ClockSteps) {
  EXPECT_FALSE(parse_clock_steps("keep")->follow);
  EXPECT_TRUE(parse_clock_steps("follow")->follow);
  EXPECT_FALSE(parse_clock_steps("follow")->ahead);
  EXPECT_EQ(parse_clock_steps("follow")->limit, std::chrono::seconds(1));
  EXPECT_TRUE(parse_clock_steps("follow=5ms")->ahead);
  EXPECT_EQ(parse_clock_steps("follow=5ms")->limit, std::chrono::milliseconds(5));
  for (const char* text :
       {"", "keep=1s", "follow=", "follow=0s", "follow=-1s", "follow=x", "follows"})
    EXPECT_FALSE(parse_clock_steps(text)) << text;
}

std::vector<std::string> warnings_of(std::vector<std::string> words) {
  Settings settings;
  settings.apply(parse_arguments(words));
  return plan_without_effect(settings, Command::kReplay);
}

TEST(ReplaySettings, ARateHasNoUseForTheCapturedTimes) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(warnings_of({"replay", "--pps", "10", "--time-modifier", "2"}),
            Words{"--time-modifier: does nothing with --pps"});
  EXPECT_EQ(warnings_of({"replay", "--mbps=1", "--time-scale-enabled", "--loop-gap=1s"}),
            (Words{"--time-scale-enabled: does nothing with --mbps",
                   "--loop-gap: does nothing with --mbps"}));
  EXPECT_EQ(warnings_of({"replay", "--pps=10", "--time-modifier=1"}), Words{});
  EXPECT_EQ(warnings_of({"replay", "--time-modifier=2", "--loop-gap=1s"}), Words{});
}

class AskedOfTheWire : public ::testing::Test {
 protected:
  void set(std::vector<std::string> words, std::string_view yaml = "") {
    invocation_ = {};
    invocation_.settings.apply(parse_config(yaml, "c.yaml"));
    invocation_.arguments = parse_arguments(words);
    invocation_.settings.apply(invocation_.arguments);
  }
  std::vector<std::string> warnings() {
    return wire_without_effect(invocation_.settings, replay_options(invocation_));
  }
  std::vector<std::string> complaints() {
    std::vector<std::string> all;
    for (const Complaint& c : check_replay(invocation_.settings, replay_options(invocation_), 0))
      all.push_back(c.what);
    return all;
  }
  using Words = std::vector<std::string>;
  Invocation invocation_;
};

TEST_F(AskedOfTheWire, DoesNothingWithoutOne) {
  set({"replay", "--discard", "--tx", "ring", "--late", "drop", "--qdisc-bypass=on"});
  EXPECT_EQ(warnings(), (Words{"--tx: does nothing with --discard",
                               "--qdisc-bypass: does nothing with --discard",
                               "--late: does nothing with --discard"}));
  set({"replay", "--out-file", "x", "--pacing=exact", "--link-timeout=1s"});
  EXPECT_EQ(warnings(), (Words{"--pacing: does nothing with --out-file",
                               "--link-timeout: does nothing with --out-file"}));
  set({"replay", "--topspeed", "--late=slip"});
  EXPECT_EQ(warnings(), Words{"--late: does nothing with --topspeed, where nothing is late"});
  set({"replay", "--tx=ring", "--late=slip", "--pacing=exact"});
  EXPECT_EQ(warnings(), Words{});
  set({"replay", "--discard"}, "replay: {tx: ring, late: drop}");
  EXPECT_EQ(warnings(), Words{}) << "a configuration is for other runs too";
}

TEST_F(AskedOfTheWire, TheTargetIsWhatTheCommandLineSays) {
  const auto target = [&] { return replay_options(invocation_).delivery.target; };
  const std::string_view file_by_config = "replay: {out: {file: f}}";
  set({"replay"}, file_by_config);
  EXPECT_EQ(jobs::describe(target()), "file f");
  set({"replay", "--out-interface", "veth9", "--tx=ring", "--tx-threads=3"}, file_by_config);
  const auto interface = std::get<jobs::InterfaceTarget>(target());
  EXPECT_EQ(interface.name, "veth9");
  EXPECT_EQ(interface.backend, transmit::Backend::kRing);
  EXPECT_EQ(interface.tx_threads, 3U);
  set({"replay", "--discard", "--tx-threads=3"}, file_by_config);
  EXPECT_EQ(jobs::describe(target()), "nowhere");
  EXPECT_EQ(complaints(), Words{"--tx-threads: is for an interface"});
  set({"replay", "--out-file=-", "--out-format=pcapng"}, "replay: {out: {interface: veth9}}");
  EXPECT_EQ(jobs::describe(target()), "standard output");
  EXPECT_EQ(std::get<jobs::FileTarget>(target()).format, jobs::OutFormat::kPcapng);
}

TEST_F(AskedOfTheWire, ALimitThatNothingIsHeldAgainstIsRefused) {
  const Words elsewhere = {"--fail-on-late: is for an interface; nothing is late elsewhere"};
  set({"replay", "--discard", "--fail-on-late=p99=50us"});
  EXPECT_EQ(complaints(), elsewhere);
  set({"replay", "--out-file=x", "--fail-on-late=p99=50us"});
  EXPECT_EQ(complaints(), elsewhere);
  set({"replay", "--out-file=x"}, "replay: {fail: {on: {late: max=1ms}}}");
  EXPECT_EQ(complaints(), Words{}) << "a configuration is for other runs too";
  set({"replay", "--topspeed", "--fail-on-late=p99=50us"});
  EXPECT_EQ(complaints(), Words{"--fail-on-late: excludes --topspeed, where nothing is late"});
  set({"replay", "--fail-on-late="});
  EXPECT_EQ(complaints().size(), 1u);
  set({"replay", "--wait-disable", "--fail-on-late=p99=50us"});
  EXPECT_EQ(complaints(), Words{}) << "files that start at once have a schedule all the same";
}

}  // namespace
}  // namespace gophercap::cli
