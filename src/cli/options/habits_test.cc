#include "cli/options/habits.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/parser.h"

namespace gophercap::cli {
namespace {

std::string dashed(std::string_view name) {
  return fmt::format("{}{}", name.size() == 1 ? "-" : "--", name);
}

std::string hint_for_words(const std::vector<std::string>& words) {
  const Arguments arguments = parse_arguments(words);
  return arguments.complaints.size() == 1 ? arguments.complaints[0].hint : "";
}

TEST(Habits, OfOtherReplayersAreAnswered) {
  const std::map<std::string_view, std::string_view> expected = {
      {"i", "--out-interface IF"},
      {"interface", "--out-interface IF"},
      {"intf", "--out-interface IF"},
      {"intf1", "--out-interface IF"},
      {"iface", "--out-interface IF"},
      {"loop", "--loop-count N"},
      {"l", "--loop-count N"},
      {"multiplier", "--time-modifier X"},
      {"speed", "--time-modifier X"},
      {"x", "--time-modifier X"},
      {"M", "--mbps N"},
      {"p", "--pps N"},
      {"K", "--preload"},
      {"t", "--topspeed"},
      {"w", "--out-file FILE"},
      {"pnat", "--map-ip OLD=NEW"},
      {"portmap", "--map-port OLD=NEW"},
      {"fixcsum", "--fix-checksums"},
      {"enet-smac", "--set-src-mac MAC"},
      {"enet-dmac", "--set-dst-mac MAC"},
      {"enet-vlan", "--vlan RULE"},
  };
  for (const auto& [typed, instead] : expected) {
    EXPECT_EQ(hint_for_words({"replay", dashed(typed)}), fmt::format("did you mean {}?", instead))
        << typed;
  }
  EXPECT_EQ(hint_for_words({"replay", "-r", "a.pcap"}),
            "captures are given without an option: gophercap replay FILE");
}

TEST(Habits, ShowWhatTheCommandHas) {
  EXPECT_EQ(hint_for_words({"map", "-w", "set.json"}), "did you mean --dump-json FILE?");
  EXPECT_EQ(hint_for_words({"map", "-i", "x"}), "gophercap map --help lists the options");
  EXPECT_EQ(hint_for_words({"verify", "-x", "2"}), "did you mean --time-modifier X?");
  EXPECT_EQ(hint_for_words({"replay", "-x2.0"}), "did you mean --time-modifier X?");
}

TEST(Habits, TakeTheirValueAlong) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"-i", "veth0", "replay", "a.pcap"}, {"replay", "-i", "veth0"}}) {
    const Arguments arguments = parse_arguments(words);
    EXPECT_EQ(arguments.command, Command::kReplay);
    ASSERT_EQ(arguments.complaints.size(), 1U);
    EXPECT_EQ(arguments.complaints[0].what, "-i: unknown option");
  }
}

// Every row is needed, and leads to an existing option.
TEST(Habits, LeadSomewhere) {
  for (const Habit& habit : habits()) {
    const Command command = habit.only == Command::kGlobal ? Command::kReplay : habit.only;
    EXPECT_EQ(find_option(command, habit.typed), nullptr) << habit.typed;
    EXPECT_FALSE(hint_of_habit(command, habit.typed).empty()) << habit.typed;
    EXPECT_EQ(option_of_habit(command, habit.typed) == nullptr, habit.option.empty())
        << habit.typed;
  }
}

}  // namespace
}  // namespace gophercap::cli
