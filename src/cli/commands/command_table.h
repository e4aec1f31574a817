// The commands. The dispatcher, help, completion and the man page use this table and
// option_table.h.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cli/run.h"

namespace gophercap::cli {

class Console;
class Settings;
struct Invocation;

enum class Command : uint8_t {
  kGlobal,  // no command: options of all commands
  kMap,
  kReplay,
  kVerify,
  kTarExtract,
  kCtl,
  kExampleConfig,
  kVersion,
  kCompletion,
  kHelp,
  kMan,
};

struct Example {
  std::string_view line;  // without the name of the program
  std::string_view what;
};

// What the arguments of a command are; used for completion.
enum class Operands : uint8_t { kNone, kFiles, kCommand, kShell, kControl };

// How a command uses the dump of --dump-json.
enum class DumpUse : uint8_t { kNone, kReads, kWrites };

struct CommandSpec {
  Command id = Command::kGlobal;
  std::string_view name{};       // the original's spelling
  std::string_view kebab{};      // the other spelling; empty if there is none
  std::string_view arguments{};  // for the usage line; empty: no arguments
  Operands operands = Operands::kNone;
  std::string_view summary{};  // one line
  std::string_view details{};  // paragraphs separated by newlines
  std::span<const Example> examples{};
  // Title of the options that select files: "What to map". Empty if the command does not work on a
  // set of files.
  std::string_view set_title{};
  DumpUse dump = DumpUse::kNone;
  bool settings = false;  // reads configuration and environment, and drops privileges
  bool hidden = false;    // works, but is not listed
  // Returns whether a run with these settings opens an interface, so that the privilege to do so is
  // kept. Null: the command never does.
  bool (*opens_interface)(const Settings& settings) = nullptr;
  Outcome (*run)(Invocation& invocation, Console& console) = nullptr;
};

// In the order of help; kGlobal is not included.
std::span<const CommandSpec> command_table();
// The entry for kGlobal: the text of `gophercap --help` around the list of commands.
const CommandSpec& program_spec();

const CommandSpec& command_spec(Command id);  // for any command, including kGlobal
const CommandSpec* find_command(
    std::string_view name);  // by either spelling; nullptr if there is none

}  // namespace gophercap::cli
