// The commands. What runs them, help, completion and the man page go by this table and
// option_table.h.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cli/run.h"

namespace gophercap::cli {

class Console;
struct Invocation;

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

// What a command's arguments name; completion offers these.
enum class Operands : uint8_t { kNone, kFiles, kCommand, kShell };

// What a command does with the dump that --dump-json names.
enum class DumpUse : uint8_t { kNone, kReads, kWrites };

struct CommandSpec {
  Command id = Command::kGlobal;
  std::string_view name{};       // as the original writes it
  std::string_view kebab{};      // the other spelling; empty where there is none
  std::string_view arguments{};  // for the usage line; empty: it takes none
  Operands operands = Operands::kNone;
  std::string_view summary{};  // one line
  std::string_view details{};  // paragraphs, separated by a newline
  std::span<const Example> examples{};
  // Title of the options that say which files: "What to map". Empty: it works on no set of files.
  std::string_view set_title{};
  DumpUse dump = DumpUse::kNone;
  bool settings = false;  // reads configuration and environment, and gives privileges up
  bool sends = false;     // keeps the privilege to open interfaces
  bool hidden = false;    // works, but is not listed
  Outcome (*run)(Invocation& invocation, Console& console) = nullptr;
};

// In the order of help; kGlobal is not among them.
std::span<const CommandSpec> command_table();
// The entry for kGlobal: what `gophercap --help` says around the list of commands.
const CommandSpec& program_spec();

const CommandSpec& command_spec(Command id);  // of any, kGlobal too
const CommandSpec* find_command(
    std::string_view name);  // by either spelling; nullptr = there is none

}  // namespace gophercap::cli
