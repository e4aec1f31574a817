#include "cli/options/habits.h"

#include <fmt/format.h>

namespace gophercap::cli {
namespace {

constexpr Habit kHabits[] = {
    {"i", "out-interface"},
    {"interface", "out-interface"},
    {"intf", "out-interface"},
    {"intf1", "out-interface"},
    {"iface", "out-interface"},
    {"dev", "out-interface"},
    {"r", ""},
    {"read", ""},
    {"w", "out-file"},
    {"write", "out-file"},
    {"w", "dump-json", Command::kMap},
    {"l", "loop-count"},
    {"loop", "loop-count"},
    {"x", "time-modifier"},
    {"multiplier", "time-modifier"},
    {"speed", "time-modifier"},
    {"p", "pps"},
    {"M", "mbps"},
    {"t", "topspeed"},
    {"K", "preload"},
    {"preload-pcap", "preload"},
    {"f", "out-bpf"},
    {"filter", "out-bpf"},
    {"q", "quiet"},
    {"N", "map-ip"},
    {"pnat", "map-ip"},
    {"srcipmap", "map-ip"},
    {"dstipmap", "map-ip"},
    {"portmap", "map-port"},
    {"ttl", "set-ttl"},
    {"tos", "set-dscp"},
    {"tclass", "set-dscp"},
    {"fixcsum", "fix-checksums"},
    {"enet-smac", "set-src-mac"},
    {"enet-dmac", "set-dst-mac"},
    {"enet-subsmac", "map-mac"},
    {"enet-vlan", "vlan"},
    {"enet-vlan-tag", "vlan"},
    {"enet-vlan-pri", "vlan"},
    {"enet-vlan-cfi", "vlan"},
    {"enet-vlan-proto", "vlan"},
};

// "x2.0", "p1000": a letter followed by its number.
std::string_view without_number(std::string_view typed) {
  return typed.size() > 1 && typed[1] >= '0' && typed[1] <= '9' ? typed.substr(0, 1) : typed;
}

const Habit* find_habit(Command command, std::string_view typed) {
  for (const Habit& habit : kHabits) {
    if (habit.typed != without_number(typed)) continue;
    if (habit.only != Command::kGlobal && habit.only != command) continue;
    if (habit.option.empty() ? command_spec(command).operands == Operands::kFiles
                             : find_option(command, habit.option) != nullptr)
      return &habit;
  }
  return nullptr;
}

}  // namespace

std::span<const Habit> habits() {
  return kHabits;
}

const OptionSpec* option_of_habit(Command command, std::string_view typed) {
  const Habit* habit = find_habit(command, typed);
  return habit == nullptr ? nullptr : find_option(command, habit->option);
}

std::string hint_of_habit(Command command, std::string_view typed) {
  const Habit* habit = find_habit(command, typed);
  if (habit == nullptr) return {};
  if (habit->option.empty()) {
    return fmt::format("captures are given without an option: gophercap {} FILE",
                       command_spec(command).name);
  }
  const OptionSpec& option = *find_option(command, habit->option);
  return fmt::format("did you mean --{}{}{}?", option.name, option.value_name.empty() ? "" : " ",
                     option.value_name);
}

}  // namespace gophercap::cli
