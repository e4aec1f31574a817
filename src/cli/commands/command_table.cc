#include "cli/commands/command_table.h"

#include <cassert>

#include "cli/commands/commands.h"
#include "cli/options/replay_settings.h"

namespace gophercap::cli {
namespace {

constexpr Example kProgramExamples[] = {
    {"map /data/pcap --dump-json set.json", "find out what is in a dataset"},
    {"replay --dump-json set.json --out-interface veth0", "replay it on an interface"},
    {"help replay", "more about a command"},
};
constexpr Example kMapExamples[] = {
    {"map /data/pcap --dump-json set.json", "a folder and everything below it"},
    {"map set.tar.gz --dump-json set.json", "captures inside a tarball"},
    {"map /data --file-regexp 'worker-[0-3]' --dryrun", "only list what matches"},
};
constexpr Example kReplayExamples[] = {
    {"replay --dump-json set.json --out-interface veth0", "a mapped set"},
    {"replay a.pcap b.pcapng.gz --time-modifier 2 --dryrun", "only show what would be sent"},
    {"replay --dump-json set.json --out-file all.pcap", "merge into one file"},
};
constexpr Example kVerifyExamples[] = {
    {"verify arrived.pcap --dump-json set.json", "did everything arrive, in order and in time?"},
    {"verify arrived.pcap --report sent.json", "with the set and the options of the report"},
    {"verify - --dump-json set.json --time-modifier 2 --json", "with an option of the replay"},
};
constexpr Example kTarExamples[] = {
    {"tarExtract --in-tarball set.tar.gz --out-dir set", "everything"},
    {"tarExtract --in-tarball set.tar.zst --file-regexp 'pcap$' --dryrun",
     "only list what matches"},
    {"tarExtract --in-tarball - --out-dir set --out-zstd", "from standard input, compressed again"},
};
constexpr Example kCtlExamples[] = {
    {"ctl /run/replay.sock pause", "stop the clock of a replay"},
    {"ctl /run/replay.sock step 10", "send its next ten packets"},
    {"ctl /run/replay.sock speed 0.5", "go on at half the speed"},
};
constexpr Example kExampleConfigExamples[] = {
    {"exampleConfig", "print it"},
    {"exampleConfig --config gophercap.yaml", "write it to a new file"},
    {"map --config gophercap.yaml /data/pcap", "use it"},
};
constexpr Example kVersionExamples[] = {
    {"version", "print the version"},
};
constexpr Example kCompletionExamples[] = {
    {"completion bash > /etc/bash_completion.d/gophercap", "bash, for all users"},
    {"completion zsh > \"${fpath[1]}/_gophercap\"", "zsh"},
    {"completion fish > ~/.config/fish/completions/gophercap.fish", "fish"},
};
constexpr Example kHelpExamples[] = {
    {"help", "list the commands"},
    {"help map", "the same as map --help"},
};
constexpr Example kManExamples[] = {
    {"man > gophercap.1", "write the manual page"},
};

constexpr CommandSpec kProgram = {
    .id = Command::kGlobal,
    .name = "",
    .arguments = "COMMAND",
    .summary = "Maps and replays datasets of packet captures as they happened.",
    .details =
        "A dataset is any number of capture files (pcap, pcapng, snoop, ERF; plain or compressed) "
        "that may overlap in time. map scans them and writes a dump; replay merges them by time "
        "and sends every packet at its own time.",
    .examples = kProgramExamples,
    .run = usage_command};

constexpr CommandSpec kCommands[] = {
    {.id = Command::kMap,
     .name = "map",
     .arguments = "PATH...",
     .operands = Operands::kFiles,
     .summary = "Scan a dataset and write a dump of what is in it.",
     .details =
         "Reads every capture once and writes what it found (times, packets, damage) to the dump "
         "that replay reads. PATH is a file, a folder to search, - for standard input, or a "
         "tarball (plain or compressed), whose captures need not be extracted: "
         "SET.tar.gz!/DIR/X.pcap is the path of one of them.\n"
         "On a terminal, the table shows up to 40 files: of larger sets, the damaged and the "
         "largest ones. In a pipe, it has every file. --json prints everything.",
     .examples = kMapExamples,
     .set_title = "What to map",
     .dump = DumpUse::kWrites,
     .settings = true,
     .run = map_command},
    {.id = Command::kReplay,
     .name = "replay",
     .arguments = "[PATH...]",
     .operands = Operands::kFiles,
     .summary = "Replay a dataset on an interface, in time and in order.",
     .details = "Merges the files of a dump by time and sends each packet at its own time relative "
                "to the whole set. "
                "PATHs are mapped first; without any, the dump is read.\n"
                "Ctrl-C ends the replay with its summary and report; SIGUSR1 prints the progress. "
                "On a terminal, space pauses it, + and - change its speed, q stops it.",
     .examples = kReplayExamples,
     .set_title = "What to replay",
     .dump = DumpUse::kReads,
     .settings = true,
     .opens_interface = replays_to_network,
     .run = replay_command},
    {.id = Command::kVerify,
     .name = "verify",
     .arguments = "CAPTURE...",
     .operands = Operands::kFiles,
     .summary = "Compare what a receiver captured with the plan of a replay.",
     .details =
         "CAPTUREs were recorded at the far end; - is standard input. The plan comes from the "
         "report of the replay (--report), or from a dump and the same options as the "
         "replay had.\n"
         "Exit status 3: packets were lost, duplicated or reordered. Other frames on that "
         "wire are only counted.",
     .examples = kVerifyExamples,
     .set_title = "What was replayed",
     .dump = DumpUse::kReads,
     .settings = true,
     .run = verify_command},
    {.id = Command::kTarExtract,
     .name = "tarExtract",
     .kebab = "tar-extract",
     .arguments = "[TARBALL]",
     .operands = Operands::kFiles,
     .summary = "Extract chosen files from a tarball of any size.",
     .details =
         "Reads TARBALL (- is standard input; plain or in gzip, zstd, lz4, xz, bzip2) once, in "
         "little memory. A file appears when it is complete. Members with the same path are "
         "numbered; members that would leave the folder or replace an existing file are refused "
         "and counted.",
     .examples = kTarExamples,
     .set_title = "What to extract",
     .settings = true,
     .run = tar_extract_command},
    {.id = Command::kCtl,
     .name = "ctl",
     .arguments = "PATH COMMAND [VALUE]",
     .operands = Operands::kControl,
     .summary = "Control a running replay.",
     .details =
         "PATH is the socket of a replay that was started with --control PATH. COMMAND is status, "
         "pause, resume, step [N] (sends N packets of a paused replay), speed X (2 is twice as "
         "fast "
         "as captured), seek T (a capture time, or +10m, -30s) or stop (as Ctrl-C). Prints the "
         "state of the replay as one line of JSON.\n"
         "Exit status 1: no replay listens at PATH, or it refuses the command.",
     .examples = kCtlExamples,
     .run = ctl_command},
    {.id = Command::kExampleConfig,
     .name = "exampleConfig",
     .kebab = "example-config",
     .summary = "Write a configuration file with all keys and defaults.",
     .details = "Writes to the path of --config, which must not exist yet, or to standard output. "
                "The command line overrides the environment (GOPHERCAP_MAP_FILE_WORKERS for "
                "map.file.workers), which overrides the file, which overrides the defaults.",
     .examples = kExampleConfigExamples,
     .run = example_config_command},
    {.id = Command::kVersion,
     .name = "version",
     .summary = "Print the version.",
     .examples = kVersionExamples,
     .run = version_command},
    {.id = Command::kCompletion,
     .name = "completion",
     .arguments = "bash|zsh|fish",
     .operands = Operands::kShell,
     .summary = "Print a completion script for a shell.",
     .examples = kCompletionExamples,
     .run = completion_command},
    {.id = Command::kHelp,
     .name = "help",
     .arguments = "[COMMAND]",
     .operands = Operands::kCommand,
     .summary = "Explain a command.",
     .examples = kHelpExamples,
     .run = help_command},
    {.id = Command::kMan,
     .name = "man",
     .summary = "Print the manual page in roff.",
     .examples = kManExamples,
     .hidden = true,
     .run = man_command},
};

}  // namespace

std::span<const CommandSpec> command_table() {
  return kCommands;
}

const CommandSpec& program_spec() {
  return kProgram;
}

const CommandSpec& command_spec(Command id) {
  for (const CommandSpec& command : kCommands) {
    if (command.id == id) return command;
  }
  assert(id == Command::kGlobal);
  return kProgram;
}

const CommandSpec* find_command(std::string_view name) {
  if (name.empty()) return nullptr;
  for (const CommandSpec& command : kCommands) {
    if (command.name == name || command.kebab == name) return &command;
  }
  return nullptr;
}

}  // namespace gophercap::cli
