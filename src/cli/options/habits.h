// Options that users of tcpreplay, tcpdump or netsniff-ng type from habit.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/options/option_table.h"

namespace gophercap::cli {

struct Habit {
  std::string_view typed;           // without dashes
  std::string_view option;          // our option that does the same; empty: a PATH does
  Command only = Command::kGlobal;  // kGlobal: any command that has the option
};

std::span<const Habit> habits();

// Returns the option of `command` that `typed`, which it does not have, stands for; nullptr if none
// is known.
const OptionSpec* option_of_habit(Command command, std::string_view typed);

// Returns what to type instead: "did you mean --out-interface IF?". Empty if nothing is known.
std::string hint_of_habit(Command command, std::string_view typed);

}  // namespace gophercap::cli
