// What people type from habit, coming from tcpreplay, tcpdump or netsniff-ng.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/options/option_table.h"

namespace gophercap::cli {

struct Habit {
  std::string_view typed;           // without the dashes
  std::string_view option;          // that does the same here; empty: a PATH does
  Command only = Command::kGlobal;  // kGlobal: any command that has the option
};

std::span<const Habit> habits();

// The option of `command` that was meant by `typed`, which it does not have; nullptr = none is
// known.
const OptionSpec* option_of_habit(Command command, std::string_view typed);

// What to type instead: "did you mean --out-interface IF?". Empty: nothing is known.
std::string hint_of_habit(Command command, std::string_view typed);

}  // namespace gophercap::cli
