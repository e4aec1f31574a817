// `--help` and `-h`, generated from the tables, at most 80 columns wide.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/command_table.h"

namespace gophercap::cli {

enum class Extent : uint8_t {
  kEveryday,  // -h: the everyday options, on one screen
  kAll,
};

// For kGlobal, the help of the program.
std::string help_text(Command command, Extent extent = Extent::kAll);

// "usage: …" in two or three lines, for a command line without a command.
std::string short_usage();

// Breaks lines at spaces. A word longer than `columns` stays whole.
std::vector<std::string> wrap(std::string_view text, size_t columns);

}  // namespace gophercap::cli
