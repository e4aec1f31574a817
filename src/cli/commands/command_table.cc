#include "cli/commands/command_table.h"

#include <array>
#include <cassert>

namespace gophercap::cli {
namespace {

constexpr Example kProgramExamples[] = {
    {"map /data/pcap --dump-json set.json", "learn what is in a dataset"},
    {"replay --dump-json set.json --out-interface veth0", "send it on"},
    {"help replay", "more about a command"},
};
constexpr Example kMapExamples[] = {
    {"map /data/pcap --dump-json set.json", "a folder and all below it"},
    {"map set.tar.gz --dump-json set.json", "captures inside a tarball"},
    {"map /data --file-regexp 'worker-[0-3]' --dryrun", "list only"},
};
constexpr Example kReplayExamples[] = {
    {"replay --dump-json set.json --out-interface veth0", "a mapped set"},
    {"replay a.pcap b.pcapng.gz --time-modifier 2 --dryrun", "what would be sent"},
    {"replay --dump-json set.json --out-file all.pcap", "merge into one file"},
};
constexpr Example kVerifyExamples[] = {
    {"verify arrived.pcap --dump-json set.json", "all there, in order, in time?"},
    {"verify arrived.pcap --report sent.json", "set and options as replayed"},
    {"verify - --dump-json set.json --time-modifier 2 --json", "as it was replayed"},
};
constexpr Example kTarExamples[] = {
    {"tarExtract --in-tarball set.tar.gz --out-dir set", "everything"},
    {"tarExtract --in-tarball set.tar.zst --file-regexp 'pcap$' --dryrun", "list only"},
    {"tarExtract --in-tarball - --out-dir set --out-zstd", "stdin; compressed again"},
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
    {"completion bash > /etc/bash_completion.d/gophercap", "for everybody, bash"},
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
    Command::kGlobal,
    "",
    "",
    "COMMAND",
    "Maps and replays datasets of packet captures as they happened.",
    "A dataset is any number of capture files (pcap, pcapng, snoop, ERF; plain or compressed) that "
    "may overlap in time. "
    "map learns what is in them; replay merges them by time and puts every packet back at its own "
    "moment.",
    kProgramExamples,
};

constexpr std::array kCommands = {
    CommandSpec{
        Command::kMap, "map", "", "PATH...", "Learn what is in a dataset and write it to a dump.",
        "Reads every capture once and writes what it learned (times, packets, damage) to "
        "the dump that replay "
        "loads. PATH is a file, a folder, which is walked, - for standard input, or a tarball "
        "(plain or compressed), whose captures stay where they are; SET.tar.gz!/DIR/X.pcap "
        "is one of them.\n"
        "A terminal shows up to 40 files; of larger sets the damaged and the largest ones. "
        "Piped, the table has "
        "every file; --json has all that is known.",
        kMapExamples},
    CommandSpec{Command::kReplay, "replay", "", "[PATH...]",
                "Send a dataset to an interface, in time and in order.",
                "Merges the files of a dump by time and sends each packet at its own time relative "
                "to the whole set. "
                "With PATHs those are mapped first; without, the dump is read.\n"
                "Ctrl-C ends it with summary and report; SIGUSR1 asks how it goes.",
                kReplayExamples},
    CommandSpec{Command::kVerify, "verify", "", "CAPTURE...",
                "Compare what a receiver captured with the plan of a replay.",
                "CAPTURE was recorded at the far end, in one file or several; - is standard input. "
                "The plan is that of the replay's report, or of a dump and the options that the "
                "replay had.\n"
                "Exit status 3: packets lost, duplicated or reordered. Frames of others on that "
                "wire are only counted.",
                kVerifyExamples},
    CommandSpec{
        Command::kTarExtract, "tarExtract", "tar-extract", "[TARBALL]",
        "Extract chosen files out of a tarball, however large.",
        "Reads TARBALL (- is standard input; plain or in gzip, zstd, lz4, xz, bzip2) once, in "
        "little memory. Each file appears when it is complete. Members of one name get "
        "numbers; what would leave the folder or replace a file of before is refused and "
        "counted.",
        kTarExamples},
    CommandSpec{Command::kExampleConfig, "exampleConfig", "example-config", "",
                "Write a configuration file with all keys and defaults.",
                "Goes to the path of --config, which must not exist yet, else to standard output. "
                "A value of the command "
                "line comes before one of the environment (GOPHERCAP_MAP_FILE_WORKERS for "
                "map.file.workers), that "
                "before the file's, that before the default.",
                kExampleConfigExamples},
    CommandSpec{Command::kVersion, "version", "", "", "Print the version.", "", kVersionExamples},
    CommandSpec{Command::kCompletion, "completion", "", "bash|zsh|fish",
                "Print a completion script for a shell.", "", kCompletionExamples},
    CommandSpec{Command::kHelp, "help", "", "[COMMAND]", "Explain a command.", "", kHelpExamples},
    CommandSpec{Command::kMan, "man", "", "", "Print the manual page in roff.", "", kManExamples,
                true},
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
