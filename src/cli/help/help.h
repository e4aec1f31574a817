// `--help`: made from the tables, at most 80 columns wide and one screen long.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/command_table.h"

namespace gophercap::cli {

// kGlobal: of the program.
std::string help_text(Command command);

// "usage: …" in two or three lines, for somebody who gave no command.
std::string short_usage();

// Breaks at spaces. A word longer than `columns` stays whole.
std::vector<std::string> wrap(std::string_view text, size_t columns);

}  // namespace gophercap::cli
