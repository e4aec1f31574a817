// Parses argv into options and paths, in the same way as the original: options before or after the
// command, --name=value and --name value, --bool and --bool=false; -- ends the options.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cli/options/complaint.h"
#include "cli/options/option_table.h"

namespace gophercap::cli {

struct GivenOption {
  const OptionSpec* option = nullptr;
  std::vector<std::string> values;  // in order; "true" for a bool without a value
};

// Which options help shows: the everyday ones (-h), or all (--help).
enum class HelpWanted : uint8_t { kNone, kShort, kFull };

struct Arguments {
  Command command = Command::kGlobal;  // kGlobal: none was given
  std::vector<GivenOption> options;    // each option at most once
  std::vector<std::string> positionals;
  HelpWanted help = HelpWanted::kNone;
  bool version = false;
  std::vector<Complaint>
      complaints;  // if not empty, the rest only serves to choose which help to show
};

// `words` does not include the program's name.
Arguments parse_arguments(std::span<const std::string> words);

}  // namespace gophercap::cli
