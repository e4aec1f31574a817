#include "cli/options/option_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

namespace gophercap::cli {
namespace {

using enum Command;
using enum ValueType;

constexpr std::string_view kOnePerCpu = "one per CPU";
constexpr std::string_view kQuarter = "a quarter of free memory";

constexpr std::array kOwnOptions = {
    OptionSpec{kMap, "dir-src", "", "DIR", "map.dir.src", kPathList, "", "",
               "Folder to search, as a PATH is (repeatable)"},
    OptionSpec{kMap, "file-suffix", "", "S", "map.file.suffix", kStringList, "",
               "pcap, pcapng, cap",
               "Ending, after a dot, of files in folders (repeatable); \"\" takes all"},
    OptionSpec{kMap, "file-workers", "", "N", "map.file.workers", kInteger, "0", kOnePerCpu,
               "Files read at once; below 1 means one per CPU"},
    OptionSpec{kMap, "memory", "", "SIZE", "map.memory", kSize, "", kQuarter,
               "Most for decompressing"},
    OptionSpec{kMap, "dryrun", "dry-run", "", "map.dryrun", kBool, "false", "",
               "Only list the files that would be read"},
    OptionSpec{kMap, "json", "", "", "map.json", kBool, "false", "",
               "Print the dump instead of a table"},

    OptionSpec{kReplay, "out-interface", "", "IF", "replay.out.interface", kInterface, "eth0", "",
               "Interface to send to"},
    OptionSpec{kReplay, "out-file", "", "FILE", "replay.out.file", kPath, "", "",
               "Write a capture, without waiting; - means stdout"},
    OptionSpec{kReplay, "out-format", "", "auto|pcap|pcapng", "replay.out.format", kChoice, "auto",
               "", "Of that capture; auto: pcap for one link type"},
    OptionSpec{kReplay, "discard", "", "", "replay.discard", kBool, "false", "",
               "Do everything but send, without waiting"},
    OptionSpec{kReplay, "tx", "", "auto|packet|ring|xdp", "replay.tx", kChoice, "auto", "",
               "Way to send: sendmmsg, TX_RING, AF_XDP"},
    OptionSpec{kReplay, "tx-threads", "", "N", "replay.tx.threads", kInteger, "1", "",
               "Sending threads; two hosts' packets stay in order"},
    OptionSpec{kReplay, "qdisc-bypass", "", "auto|on|off", "replay.qdisc.bypass", kChoice, "auto",
               "", "Pass by the queueing discipline"},
    OptionSpec{kReplay, "link-timeout", "", "D", "replay.link.timeout", kDuration, "0s", "",
               "How long the interface may be down"},
    OptionSpec{kReplay, "out-bpf", "", "EXPR", "replay.out.bpf", kString, "", "",
               "Send only what matches (pcap-filter); tagged frames need the word vlan"},
    OptionSpec{kReplay, "time-from", "", "TIME", "replay.time.from", kTime, "", "",
               "Only packets from this time on: 2006-01-02 15:04:05 (UTC) or RFC 3339"},
    OptionSpec{kReplay, "time-to", "", "TIME", "replay.time.to", kTime, "", "",
               "Only packets before this time"},
    OptionSpec{kReplay, "time-modifier", "", "X", "replay.time.modifier", kRatio, "1", "",
               "Speed: 2 is twice as fast, 0.5 or 1/2 half as fast"},
    OptionSpec{kReplay, "time-scale-enabled", "", "", "replay.time.scale.enabled", kBool, "false",
               "", "Let each loop take exactly --time-scale-duration"},
    OptionSpec{kReplay, "time-scale-duration", "", "D", "replay.time.scale.duration", kDuration,
               "1h0m0s", "", "How long, with --time-scale-enabled; instead of --time-modifier"},
    OptionSpec{kReplay, "wait-disable", "", "", "replay.disable_wait", kBool, "false", "",
               "Start all files at once, each with its first packet"},
    OptionSpec{kReplay, "sequence", "", "", "replay.sequence", kBool, "false", "",
               "Play the files one after the other, in path order"},
    OptionSpec{kReplay, "file-gap", "", "D", "replay.file.gap", kDuration, "0s", "",
               "Pause between two files, with --sequence"},
    OptionSpec{kReplay, "clock-steps", "", "POLICY", "replay.clock.steps", kString, "keep", "",
               "keep, or follow[=D] a clock that was set"},
    OptionSpec{kReplay, "reorder", "", "", "replay.reorder.enabled", kBool, "false", "",
               "Sort the packets of each file by time"},
    OptionSpec{kReplay, "skip-ooo", "", "", "replay.skip.out_of_order", kBool, "false", "",
               "Leave out packets that are earlier than the one before"},
    OptionSpec{kReplay, "skip-mtu", "", "N", "replay.skip.mtu", kInteger, "0",
               "what the interface takes",
               "Leave out frames of more than N bytes, header included"},
    OptionSpec{kReplay, "topspeed", "", "", "replay.topspeed", kBool, "false", "",
               "Send as fast as possible, in order all the same"},
    OptionSpec{kReplay, "pps", "", "N", "replay.pps", kRatio, "", "",
               "N packets a second instead of the captured times"},
    OptionSpec{kReplay, "mbps", "", "N", "replay.mbps", kRatio, "", "",
               "N Mbit of frames a second instead of the captured times"},
    OptionSpec{kReplay, "max-gap", "", "D", "replay.max.gap", kDuration, "", "",
               "Shorten longer pauses to this"},
    OptionSpec{kReplay, "late", "", "POLICY", "replay.late", kString, "catch-up", "",
               "catch-up; slip[=D] moves the schedule, drop[=D] leaves out, if later than D (1ms)"},
    OptionSpec{kReplay, "pacing", "", "eco|balanced|exact", "replay.pacing", kChoice, "balanced",
               "", "Sleep; sleep and spin; real-time priority too"},
    OptionSpec{kReplay, "start-at", "", "TIME", "replay.start.at", kTime, "", "",
               "Send the first packet at this wall clock time"},
    OptionSpec{kReplay, "loop-count", "", "N", "replay.loop.count", kInteger, "1", "",
               "How many times; below 1 means for ever"},
    OptionSpec{kReplay, "loop-infinite", "", "", "replay.loop.infinite", kBool, "false", "",
               "Repeat for ever"},
    OptionSpec{kReplay, "loop-gap", "", "D", "replay.loop.gap", kDuration, "", "the mean gap",
               "Pause between two loops, in capture time"},
    OptionSpec{kReplay, "path-prefix", "", "OLD=NEW", "replay.path.prefix", kStringList, "", "",
               "Captures have moved: what their paths in the dump begin with (repeatable)"},
    OptionSpec{kReplay, "report", "", "FILE", "replay.report", kPath, "", "",
               "Write all counters as JSON; - means stdout"},
    OptionSpec{kReplay, "fail-on-late", "", "Q=D", "replay.fail.on.late", kString, "", "",
               "Exit with 1 if a quantile of the lateness is above D: p99=50us, max=1ms"},
    OptionSpec{kReplay, "memory", "", "SIZE", "replay.memory", kSize, "", kQuarter,
               "Most for windows and packets"},
    OptionSpec{kReplay, "preload", "", "", "replay.preload", kBool, "false", "",
               "Read the whole set into --memory first"},
    OptionSpec{kReplay, "file-workers", "", "N", "replay.file.workers", kInteger, "0", kOnePerCpu,
               "Files mapped at once; below 1 means one per CPU"},
    OptionSpec{kReplay, "dryrun", "dry-run", "", "replay.dryrun", kBool, "false", "",
               "Only tell what would be sent, and when"},
    OptionSpec{kReplay, "json", "", "", "replay.json", kBool, "false", "",
               "Print the report instead of a summary"},

    OptionSpec{kTarExtract, "in-tarball", "", "FILE", "tarball.in.file", kPath, "", "",
               "Tarball to read, as TARBALL is; - means stdin"},
    OptionSpec{kTarExtract, "out-dir", "", "DIR", "tarball.out.dir", kPath, "", "",
               "Folder to extract to; made if there is none"},
    OptionSpec{kTarExtract, "out-gzip", "", "", "tarball.out.gzip", kBool, "false", "",
               "Compress what is written by gzip (BGZF)"},
    OptionSpec{kTarExtract, "out-zstd", "", "", "tarball.out.zstd", kBool, "false", "",
               "Compress it by zstd"},
    OptionSpec{kTarExtract, "level", "", "LEVEL", "tarball.level", kString, "default", "",
               "How hard: fast, default, best, or 1 to 12 (gzip), 1 to 19 (zstd)"},
    OptionSpec{kTarExtract, "workers", "", "N", "tarball.workers", kInteger, "0",
               "one per CPU, up to 8", "Threads that compress"},
    OptionSpec{kTarExtract, "memory", "", "SIZE", "tarball.memory", kSize, "", kQuarter,
               "Most for decompressing"},
    OptionSpec{kTarExtract, "map", "", "FILE", "tarball.map", kPath, "", "",
               "Also write a dump of it, as map does"},
    OptionSpec{kTarExtract, "flatten", "", "", "tarball.flatten", kBool, "false", "",
               "All into one folder: a/b.pcap becomes a-b.pcap"},
    OptionSpec{kTarExtract, "force", "", "", "tarball.force", kBool, "false", "",
               "Replace files that exist already"},
    OptionSpec{kTarExtract, "resume", "", "", "tarball.resume", kBool, "false", "",
               "Leave out those that exist with the same size and time"},
    OptionSpec{kTarExtract, "max-output", "", "SIZE", "tarball.max.output", kSize, "", "no limit",
               "End where more would be written"},
    OptionSpec{kTarExtract, "max-ratio", "", "N", "tarball.max.ratio", kInteger, "1000", "",
               "End above N bytes for each read, from 1 GiB on; 0: no limit"},
    OptionSpec{kTarExtract, "fsync", "", "", "tarball.fsync", kBool, "false", "",
               "Each file survives a power cut once it has its name"},
    OptionSpec{kTarExtract, "dryrun", "dry-run", "", "tarball.dryrun", kBool, "false", "",
               "Only list the members that match"},
    OptionSpec{kTarExtract, "json", "", "", "tarball.json", kBool, "false", "",
               "Print JSON instead of text"},

    OptionSpec{kExampleConfig, "force", "", "", "", kBool, "false", "", "Replace an existing file"},

    OptionSpec{kGlobal, "config", "", "FILE", "", kPath, "", "~/.go-replay.yaml if it exists",
               "Configuration to read"},
    OptionSpec{kGlobal, "dump-json", "", "FILE", "global.dump.json", kPath,
               "/tmp/mapped-files.json", "", "The dump of map, for replay"},
    OptionSpec{kGlobal, "file-regexp", "", "RE", "global.file.regexp", kRegexp, "", "",
               "Only files whose path matches anywhere (RE2)"},
    OptionSpec{kGlobal, "trust", "", "", "global.trust", kBool, "false", "",
               "Read what other users have put into /tmp and the like"},
    OptionSpec{kGlobal, "quiet", "", "", "global.quiet", kBool, "false", "",
               "No progress and no notes; errors stay"},
    OptionSpec{kGlobal, "no-sandbox", "", "", "global.no.sandbox", kBool, "false", "",
               "Keep all privileges, for debugging"},
    OptionSpec{kGlobal, "help", "h", "", "", kBool, "false", "", "Explain the command"},
};

// The option of that name of replay, as an option of verify.
consteval OptionSpec as_replay(std::string_view name, std::string_view key) {
  for (OptionSpec option : kOwnOptions) {
    if (option.command != kReplay || option.name != name) continue;
    option.command = kVerify;
    option.key = key;
    option.as_in_replay = true;
    return option;
  }
  throw "replay has no such option";  // which ends the compilation
}

constexpr std::array kVerifyOptions = {
    OptionSpec{kVerify, "report", "", "FILE", "verify.report", kPath, "", "",
               "The replay's report: the set, the options, the MTU, when it began"},
    OptionSpec{kVerify, "mtu", "", "N", "verify.mtu", kInteger, "0",
               "the report's, else any length",
               "Of the interface that was sent to: longer packets are not expected"},
    as_replay("out-bpf", "verify.out.bpf"),
    as_replay("time-from", "verify.time.from"),
    as_replay("time-to", "verify.time.to"),
    as_replay("time-modifier", "verify.time.modifier"),
    as_replay("time-scale-enabled", "verify.time.scale.enabled"),
    as_replay("time-scale-duration", "verify.time.scale.duration"),
    as_replay("wait-disable", "verify.wait.disable"),
    as_replay("sequence", "verify.sequence"),
    as_replay("file-gap", "verify.file.gap"),
    as_replay("clock-steps", "verify.clock.steps"),
    as_replay("reorder", "verify.reorder"),
    as_replay("skip-ooo", "verify.skip.ooo"),
    as_replay("skip-mtu", "verify.skip.mtu"),
    as_replay("pps", "verify.pps"),
    as_replay("mbps", "verify.mbps"),
    as_replay("max-gap", "verify.max.gap"),
    OptionSpec{kVerify, "loop-count", "", "N", "verify.loop.count", kInteger, "1", "",
               "How many times it was sent", true},
    as_replay("loop-gap", "verify.loop.gap"),
    as_replay("path-prefix", "verify.path.prefix"),
    OptionSpec{kVerify, "fail-on-late", "", "Q=D", "verify.fail.on.late", kString, "", "",
               "Exit with 1 if a quantile of the receiver's lateness is above D: p99=50us"},
    OptionSpec{kVerify, "memory", "", "SIZE", "verify.memory", kSize, "", kQuarter,
               "Most, 72 bytes a packet"},
    as_replay("file-workers", "verify.file.workers"),
    OptionSpec{kVerify, "json", "", "", "verify.json", kBool, "false", "",
               "Print all figures as JSON instead of a summary"},
};

// One array: an option's place in it is its number.
constexpr auto kOptions = [] {
  std::array<OptionSpec, kOwnOptions.size() + kVerifyOptions.size()> all{};
  std::ranges::copy(kVerifyOptions, std::ranges::copy(kOwnOptions, all.begin()).out);
  return all;
}();

}  // namespace

std::span<const OptionSpec> option_table() {
  return kOptions;
}

std::vector<const OptionSpec*> options_of(Command command) {
  std::vector<const OptionSpec*> found;
  for (const OptionSpec& option : kOptions) {
    if (option.command == command) found.push_back(&option);
  }
  for (const OptionSpec& option : kOptions) {
    if (option.command == kGlobal && command != kGlobal) found.push_back(&option);
  }
  return found;
}

const OptionSpec* find_option(Command command, std::string_view name) {
  for (const OptionSpec& option : kOptions) {
    if (option.command != command && option.command != kGlobal) continue;
    if (option.name == name || (!option.alias.empty() && option.alias == name)) return &option;
  }
  return nullptr;
}

bool is_list(ValueType type) noexcept {
  return type == kStringList || type == kPathList;
}

bool names_something(ValueType type) noexcept {
  return type == kPath || type == kPathList || type == kInterface;
}

size_t option_index(const OptionSpec& option) noexcept {
  return static_cast<size_t>(&option - kOptions.data());
}

std::string default_text(const OptionSpec& option) {
  if (!option.default_shown.empty()) return std::string(option.default_shown);
  if (option.type == kBool && option.default_value == "false") return {};
  return std::string(option.default_value);
}

std::string default_here(const OptionSpec& option) {
  if (option.default_shown == kOnePerCpu)
    return fmt::format("{}", std::max(1U, std::thread::hardware_concurrency()));
  return default_text(option);
}

std::string environment_name(std::string_view key) {
  std::string name = "GOPHERCAP_";
  for (const char c : key) {
    name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::vector<std::string_view> choices(const OptionSpec& option) {
  std::vector<std::string_view> words;
  std::string_view rest = option.value_name;
  while (!rest.empty()) {
    const size_t bar = rest.find('|');
    words.push_back(rest.substr(0, bar));
    rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
  }
  return words;
}

}  // namespace gophercap::cli
