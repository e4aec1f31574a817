#include "cli/options/replay_settings.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string_view>
#include <variant>

#include "cli/options/option_rules.h"
#include "cli/options/option_values.h"

namespace gophercap::cli {
namespace {

std::vector<std::string> warnings_of(std::vector<std::string> words) {
  Settings settings;
  settings.apply(parse_arguments(words));
  return without_effect(settings, Command::kReplay);
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
    const jobs::Target target = replay_options(invocation_).delivery.target;
    return without_effect(invocation_.settings, Command::kReplay, elsewhere(target),
                          jobs::traits_of(target).real_time);
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

TEST_F(AskedOfTheWire, SeveralInterfacesAreOneTarget) {
  const auto interfaces = [&] {
    return std::get<jobs::InterfaceTarget>(replay_options(invocation_).delivery.target);
  };
  set({"replay", "--out", "gone1,gone2"});
  EXPECT_EQ(interfaces().names, (Words{"gone1", "gone2"}));
  EXPECT_EQ(interfaces().split, jobs::SplitRule{}) << "auto is the default";
  EXPECT_EQ(complaints(), Words{});
  set({"replay", "--out", "gone1,gone2", "--split", "client-net=10.0.0.0/8;fd00::/8"});
  EXPECT_EQ(interfaces().split->client_nets.size(), 2U);
  set({"replay", "--out", "gone1,gone2", "--split", "mac=02:00:00:00:00:01;02:00:00:00:00:02"});
  EXPECT_EQ(interfaces().split->client_stations.size(), 2U);
  set({"replay", "--out", "gone1+gone2+gone3", "--tx-threads=2"});
  EXPECT_EQ(interfaces().names, (Words{"gone1", "gone2", "gone3"}));
  EXPECT_FALSE(interfaces().split);
  EXPECT_EQ(complaints(), Words{});

  set({"replay", "--out", "gone1,gone2", "--tx-threads=2"});
  EXPECT_EQ(complaints(), Words{"--tx-threads: excludes --out A,B, whose packets keep one order on "
                                "both interfaces"});
  set({"replay", "--out", "gone1,gone2", "--late=slip"});
  EXPECT_EQ(complaints(), Words{});
  set({"replay", "--out", "gone1+gone2", "--late=slip"});
  EXPECT_EQ(complaints(), Words{"--out: several interfaces exclude --late slip, which moves one "
                                "schedule"});
  constexpr std::string_view kFourThreads = "replay: {tx.threads: 4, late: slip}";
  set({"replay", "--out", "gone1,gone2"}, kFourThreads);
  EXPECT_EQ(complaints(), Words{}) << "a configuration is for other runs too";
  EXPECT_EQ(interfaces().tx_threads, 1U);
  set({"replay", "--out", "gone1+gone2"}, "replay: {tx.threads: 40}");
  EXPECT_EQ(complaints(), Words{});
  EXPECT_EQ(interfaces().tx_threads, 31U);
  set({"replay", "--out", "gone1+gone2"}, "replay: {late: slip}");
  EXPECT_EQ(complaints(), Words{});
  EXPECT_EQ(replay_options(invocation_).delivery.late, replay::LatePolicy::kCatchUp);
  set({"replay", "--discard"}, kFourThreads);
  EXPECT_EQ(complaints(), Words{});
  set({"replay", "--out", "gone1+gone2", "--tx-threads=32"});
  EXPECT_EQ(complaints(), Words{"--out: 2 interfaces with 32 sending threads each are more than 63 "
                                "threads"});
  for (const char* const out : {"gone1", "gone1+gone2"}) {
    set({"replay", "--out", out, "--split", "auto"});
    EXPECT_EQ(complaints(), Words{"--split: needs two interfaces, one for each side"});
  }
}

TEST(OutValue, NamesEachInterfaceOnce) {
  for (const char* const wrong :
       {"a,b,c", "a,b+c", "a,", ",a", "a+", "a++b", "a,a", "a+b+a", "a:b"})
    EXPECT_FALSE(parse_out(wrong)) << wrong;
}

TEST(SplitValue, HasThreeForms) {
  EXPECT_EQ(parse_split("auto").value(), jobs::SplitRule{});
  for (const char* const wrong : {"", "client-net=", "client-net=10.0.0.0/33", "mac=1",
                                  "mac=", "client-net=10.0.0.0/8,11.0.0.0/8", "port"})
    EXPECT_FALSE(parse_split(wrong)) << wrong;
}

TEST_F(AskedOfTheWire, TheTargetIsWhatTheCommandLineSays) {
  const auto target = [&] { return replay_options(invocation_).delivery.target; };
  const std::string_view file_by_config = "replay: {out: {file: f}}";
  set({"replay"}, file_by_config);
  EXPECT_EQ(jobs::describe(target()), "file f");
  set({"replay", "--out-interface", "veth9", "--tx=ring", "--tx-threads=3"}, file_by_config);
  const auto interface = std::get<jobs::InterfaceTarget>(target());
  EXPECT_EQ(interface.names, Words{"veth9"});
  EXPECT_EQ(interface.backend, transmit::Backend::kRing);
  EXPECT_EQ(interface.tx_threads, 3U);
  set({"replay", "--discard", "--tx-threads=3"}, file_by_config);
  EXPECT_EQ(jobs::describe(target()), "nowhere");
  EXPECT_EQ(complaints(), Words{"--tx-threads: needs an interface or a tunnel"});
  set({"replay", "--out", "veth9", "--tx=ring"}, file_by_config);
  EXPECT_EQ(std::get<jobs::InterfaceTarget>(target()).names, Words{"veth9"});
  EXPECT_EQ(std::get<jobs::InterfaceTarget>(target()).backend, transmit::Backend::kRing);
  set({"replay", "--out", "erspan:192.0.2.1,session=5", "--tx=ring", "--tx-threads=2",
       "--late=slip"},
      "replay: {out: {interface: veth9}}");
  EXPECT_EQ(jobs::describe(target()), "erspan:192.0.2.1,session=5,version=2");
  EXPECT_EQ(warnings(), Words{"--tx: does nothing with a tunnel"});
  EXPECT_EQ(complaints(),
            (Words{"--tx-threads: ERSPAN has one, since its sequence numbers have one order",
                   "--tx-threads: excludes --late slip, which moves one schedule"}));
  set({"replay", "--out", "veth9", "--out-interface", "veth8"});
  EXPECT_EQ(complaints(), Words{"--out: excludes --out-interface and --out-file"});
  set({"replay"}, "replay: {out: {target: 'vxlan:[2001:db8::1]:1', file: f}}");
  EXPECT_EQ(jobs::describe(target()), "file f") << "as long as a file is given as well";
  set({"replay", "--out-file=-", "--out-format=pcapng"}, "replay: {out: {interface: veth9}}");
  EXPECT_EQ(jobs::describe(target()), "standard output");
  EXPECT_EQ(std::get<jobs::FileTarget>(target()).format, jobs::OutFormat::kPcapng);
}

TEST_F(AskedOfTheWire, RowsSayLimitsAndWhatExcludesWhat) {
  const auto complaints_of = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "replay");
    set(words);
    return complaints();
  };
  EXPECT_EQ(complaints_of({"--pps=1", "--mbps=1"}), Words{"--pps: excludes --mbps"});
  EXPECT_EQ(complaints_of({"--topspeed", "--mbps=1"}),
            Words{"--topspeed: excludes --pps and --mbps"});
  EXPECT_EQ(complaints_of({"--sequence", "--wait-disable"}),
            Words{"--sequence: excludes --wait-disable, which starts all files at once"});
  EXPECT_EQ(complaints_of({"--out-file=x", "--out-interface=y"}),
            Words{"--out-file: excludes --out-interface"});
  EXPECT_EQ(complaints_of({"--discard", "--out-file=x"}), Words{"--discard: excludes --out-file"});
  EXPECT_EQ(complaints_of({"--max-gap=0s"}), Words{"--max-gap: must be above zero"});
  EXPECT_EQ(complaints_of({"--skip-mtu=-1"}), Words{"--skip-mtu: must not be below zero"});
  EXPECT_EQ(complaints_of({"--tx-threads=64"}), Words{"--tx-threads: must be from 1 to 63"});
  EXPECT_EQ(complaints_of({"--time-scale-enabled", "--time-scale-duration=0s"}),
            Words{"--time-scale-duration: must be above zero"});
  EXPECT_EQ(complaints_of({"--time-scale-duration=0s"}), Words{}) << "it has no say";
}

TEST_F(AskedOfTheWire, ALimitThatNothingIsHeldAgainstIsRefused) {
  const Words elsewhere = {
      "--fail-on-late: needs an interface or a tunnel; nothing is late elsewhere"};
  set({"replay", "--discard", "--fail-on-late=p99=50us"});
  EXPECT_EQ(complaints(), elsewhere);
  set({"replay", "--out-file=x", "--fail-on-late=p99=50us"});
  EXPECT_EQ(complaints(), elsewhere);
  set({"replay", "--out-file=x"}, "replay: {fail: {on: {late: max=1ms}}}");
  EXPECT_EQ(complaints(), Words{}) << "a configuration is for other runs too";
  set({"replay", "--topspeed", "--fail-on-late=p99=50us"});
  EXPECT_EQ(complaints(), Words{"--fail-on-late: excludes --topspeed, where nothing is late"});
  set({"replay", "--fail-on-late="});
  EXPECT_EQ(invocation_.arguments.complaints.size(), 1u);
  set({"replay", "--wait-disable", "--fail-on-late=p99=50us"});
  EXPECT_EQ(complaints(), Words{}) << "files that start at once have a schedule all the same";
}

}  // namespace
}  // namespace gophercap::cli
