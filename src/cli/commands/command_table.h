// The commands. Help, completion and the man page are made from this table and option_table.h.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gophercap::cli {

enum class Command : uint8_t {
  kGlobal,  // no command: what concerns all of them
  kMap,
  kReplay,
  kVerify,
  kTarExtract,
  kExampleConfig,
  kVersion,
  kCompletion,
  kHelp,
  kMan,
};

struct Example {
  std::string_view line;  // without the program's name
  std::string_view what;
};

struct CommandSpec {
  Command id;
  std::string_view name;       // as the original writes it
  std::string_view kebab;      // the other spelling; empty where there is none
  std::string_view arguments;  // for the usage line
  std::string_view summary;    // one line
  std::string_view details;    // paragraphs, separated by a newline
  std::span<const Example> examples;
  bool hidden = false;  // works, but is not listed
};

// In the order of help; kGlobal is not among them.
std::span<const CommandSpec> command_table();
// The entry for kGlobal: what `gophercap --help` says around the list of commands.
const CommandSpec& program_spec();

const CommandSpec& command_spec(Command id);  // of any, kGlobal too
const CommandSpec* find_command(
    std::string_view name);  // by either spelling; nullptr = there is none

}  // namespace gophercap::cli
