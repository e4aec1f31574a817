// The rows of the option table, in the order of help: by command, by group, everyday options first.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/options/option_fields.h"
#include "cli/options/option_table.h"
#include "cli/options/rewrite_rows.h"
#include "replay/send/departure.h"

namespace gophercap::cli::rows {

using enum Command;
using enum Group;
using enum ValueType;

inline constexpr std::string_view kOnePerCpu = "one per CPU";
inline constexpr std::string_view kQuarter = "a quarter of free memory";

inline constexpr std::array kOwnOptions = {
    OptionSpec(kMap, kWhat, "dir-src", "DIR", "map.dir.src", kPathList,
               "Folder to search, like a PATH (repeatable)", {.everyday = true}),
    OptionSpec(kMap, kWhat, "file-suffix", "S", "map.file.suffix", kStringList,
               "Ending of the files to take from folders (repeatable); \"\" takes all",
               {.default_shown = "pcap, pcapng, cap",
                .field = field<&jobs::MapOptions::selection, &dataset::Selection::suffixes>}),

    OptionSpec(kMap, kReports, "dryrun", "", "map.dryrun", kBool,
               "Only list the files that would be read", {.alias = "dry-run", .everyday = true}),
    OptionSpec(kMap, kReports, "json", "", "map.json", kBool, "Print the dump instead of a table",
               {.everyday = true}),
    OptionSpec(kMap, kReports, "memory", "SIZE", "map.memory", kSize, "Most memory to use",
               {.default_shown = kQuarter}),

    OptionSpec(kMap, kAdvanced, "file-workers", "N", "map.file.workers", kInteger,
               "Files read at once; below 1 means one per CPU",
               {.default_value = "0", .default_shown = kOnePerCpu}),

    OptionSpec(kReplay, kWhat, "path-prefix", "OLD=NEW", "replay.path.prefix", kPrefixChanges,
               "Replace OLD in front of the dump's paths by NEW (repeatable)",
               {.field = field<&jobs::SetOptions::path_prefixes>}),

    OptionSpec(
        kReplay, kPackets, "time-from", "TIME", "replay.time.from", kTime,
        "Only packets from this time on: 2006-01-02 15:04:05 (UTC) or RFC 3339",
        {.everyday = true, .field = field<&jobs::SelectOptions::window, &replay::Window::from>}),
    OptionSpec(
        kReplay, kPackets, "time-to", "TIME", "replay.time.to", kTime,
        "Only packets before this time",
        {.everyday = true, .field = field<&jobs::SelectOptions::window, &replay::Window::to>}),
    OptionSpec(kReplay, kPackets, "out-bpf", "EXPR", "replay.out.bpf", kString,
               "Send only what matches (pcap-filter); tagged frames need the word vlan",
               {.everyday = true, .field = field<&jobs::SelectOptions::expression>}),
    OptionSpec(kReplay, kPackets, "limit", "N|SIZE|TIME", "replay.limit", kLimit,
               "End after N packets, a size (10M) or a time (30s)",
               {.field = field<&jobs::SelectOptions::limit>}),
    OptionSpec(kReplay, kPackets, "sample", "1/N", "replay.sample", kRatio,
               "Send only this share of all flows, each of them whole",
               {.limit = Limit::kAtMostOne, .field = field<&jobs::SelectOptions::sample>}),
    OptionSpec(kReplay, kPackets, "skip-mtu", "N", "replay.skip.mtu", kInteger,
               "Leave out frames of more than N bytes, header included",
               {.default_value = "0",
                .default_shown = "what the interface takes",
                .limit = Limit::kNotNegative}),
    OptionSpec(kReplay, kPackets, "skip-ooo", "", "replay.skip.out_of_order", kBool,
               "Leave out packets that are earlier than the one before",
               {.field = field<&jobs::SelectOptions::skip_out_of_order>}),

    OptionSpec(kReplay, kWhen, "time-modifier", "X", "replay.time.modifier", kRatio,
               "Speed: 2 is twice as fast, 0.5 or 1/2 half as fast",
               {.default_value = "1",
                .everyday = true,
                .idle_with = {"pps", "mbps"},
                .field = field<&jobs::ScheduleOptions::speed>}),
    OptionSpec(kReplay, kWhen, "topspeed", "", "replay.topspeed", kBool,
               "Send as fast as possible, still in order",
               {.everyday = true,
                .excludes = {"pps", "mbps"},
                .field = field<&jobs::ScheduleOptions::topspeed>}),
    OptionSpec(kReplay, kWhen, "pps", "N", "replay.pps", kRatio,
               "N packets a second instead of the captured times",
               {.everyday = true, .excludes = {"mbps"}}),
    OptionSpec(kReplay, kWhen, "mbps", "N", "replay.mbps", kRatio,
               "N Mbit of frames a second instead of the captured times"),
    OptionSpec(kReplay, kWhen, "time-scale-enabled", "", "replay.time.scale.enabled", kBool,
               "Let each loop take exactly --time-scale-duration", {.idle_with = {"pps", "mbps"}}),
    OptionSpec(
        kReplay, kWhen, "time-scale-duration", "D", "replay.time.scale.duration", kDuration,
        "Duration of each loop, if --time-scale-enabled is given",
        {.default_value = "1h0m0s", .limit = Limit::kPositive, .needs = "time-scale-enabled"}),
    OptionSpec(kReplay, kWhen, "loop-count", "N", "replay.loop.count", kInteger,
               "Number of loops; below 1 means for ever",
               {.default_value = "1",
                .everyday = true,
                .field = field<&jobs::ScheduleOptions::loop_count>}),
    OptionSpec(kReplay, kWhen, "loop-infinite", "", "replay.loop.infinite", kBool,
               "Repeat for ever"),
    OptionSpec(kReplay, kWhen, "loop-gap", "D", "replay.loop.gap", kDuration,
               "Pause between two loops, in capture time",
               {.default_shown = "the mean gap",
                .limit = Limit::kNotNegative,
                .idle_with = {"pps", "mbps"},
                .field = field<&jobs::ScheduleOptions::loop_gap>}),
    OptionSpec(kReplay, kWhen, "start-at", "TIME", "replay.start.at", kTime,
               "Send the first packet at this wall-clock time", {.for_real_time = true}),
    OptionSpec(kReplay, kWhen, "max-gap", "D", "replay.max.gap", kDuration,
               "Shorten pauses between packets that are longer than D",
               {.limit = Limit::kPositive,
                .field = field<&jobs::ScheduleOptions::rule, &replay::ScheduleRule::longest_gap>}),
    OptionSpec(kReplay, kWhen, "wait-disable", "", "replay.disable_wait", kBool,
               "Start all files at once, each with its first packet",
               {.field = field<&jobs::ScheduleOptions::files_start_together>}),
    OptionSpec(
        kReplay, kWhen, "sequence", "", "replay.sequence", kBool,
        "Play the files one after the other, in path order",
        {.excludes = {"wait-disable"}, .excludes_since = ", which starts all files at once"}),
    OptionSpec(kReplay, kWhen, "file-gap", "D", "replay.file.gap", kDuration,
               "Pause between two files, with --sequence",
               {.default_value = "0s",
                .limit = Limit::kNotNegative,
                .needs = "sequence",
                .idle_with = {"pps", "mbps"}}),
    OptionSpec(kReplay, kWhen, "reorder", "", "replay.reorder.enabled", kBool,
               "Sort the packets of each file by time",
               {.field = field<&jobs::ScheduleOptions::sort>}),
    OptionSpec(kReplay, kWhen, "clock-steps", "POLICY", "replay.clock.steps", kClockSteps,
               "keep the steps of a clock that was set, or follow[=D] them",
               {.default_value = "keep", .field = field<&jobs::ScheduleOptions::clock_steps>}),

    OptionSpec(kReplay, kWhere, "out-interface", "IF", "replay.out.interface", kInterface,
               "Interface to send to", {.default_value = "eth0", .everyday = true}),
    OptionSpec(kReplay, kWhere, "out", "SPEC", "replay.out.target", kOut,
               "IF; A,B for both sides; A+B+C by flow; tunnel: vxlan:HOST, geneve:, gre:, erspan:, "
               "udp:, tzsp:",
               {.excludes = {"out-interface", "out-file"}}),
    OptionSpec(kReplay, kWhere, "split", "RULE", "replay.split", kSplit,
               "Who is a client, for --out A,B: auto, client-net=PREFIX, mac=MAC",
               {.default_value = "auto"}),
    OptionSpec(
        kReplay, kWhere, "out-file", "FILE", "replay.out.file", kOutputPath,
        "Write a capture; .gz and .zst compress it; - is stdout",
        {.everyday = true, .excludes = {"out-interface"}, .field = field<&jobs::FileTarget::path>}),
    OptionSpec(kReplay, kWhere, "out-format", kChoiceOf<jobs::OutFormat>, "replay.out.format",
               "Format of the output capture; auto: pcap if there is one link type",
               {.default_value = "auto", .field = field<&jobs::FileTarget::format>}),
    OptionSpec(kReplay, kWhere, "to-ethernet", kChoiceOf<jobs::ToEthernet>, "replay.to.ethernet",
               "Give packets of other links an Ethernet header; auto: not in recordings",
               {.default_value = "auto", .field = field<&jobs::LinkOptions::to_ethernet>}),
    OptionSpec(kReplay, kWhere, "src-mac", "MAC", "replay.src.mac", kMac,
               "Source address in these headers",
               {.default_shown = "kept, or by IP address",
                .field = field<&jobs::LinkOptions::macs, &rewrite::MacChoice::source>}),
    OptionSpec(kReplay, kWhere, "dst-mac", "MAC", "replay.dst.mac", kMac,
               "Destination address in these headers",
               {.default_shown = "kept, or by IP address",
                .field = field<&jobs::LinkOptions::macs, &rewrite::MacChoice::destination>}),
    OptionSpec(kReplay, kWhere, "oversize", kChoiceOf<jobs::Oversize>, "replay.oversize",
               "Packets too long to send; segment: TCP, and QUIC if evident",
               {.default_value = "segment", .field = field<&jobs::OversizeOptions::policy>}),
    OptionSpec(kReplay, kWhere, "mtu", "N", "replay.mtu", kInteger,
               "MTU, if not that of the interface",
               {.default_value = "0", .limit = Limit::kNotNegative}),
    OptionSpec(kReplay, kWhere, "ignore-df", "", "replay.ignore.df", kBool,
               "Fragment IPv4 packets that forbid it too",
               {.field = field<&jobs::OversizeOptions::ignore_dont_fragment>}),
    OptionSpec(kReplay, kWhere, "fix-lengths", "", "replay.fix.lengths", kBool,
               "Make headers of truncated packets fit what is left",
               {.field = field<&jobs::OversizeOptions::fix_lengths>}),
    OptionSpec(kReplay, kWhere, "pad-cut", "", "replay.pad.cut", kBool,
               "Replace what the snap length cut off by zeros",
               {.field = field<&jobs::SelectOptions::pad_cut>}),
    OptionSpec(kReplay, kWhere, "discard", "", "replay.discard", kBool,
               "Do everything but send, without waiting", {.excludes = {"out-file"}}),

    OptionSpec(kReplay, kReports, "dryrun", "", "replay.dryrun", kBool,
               "Only show what would be sent, and when", {.alias = "dry-run", .everyday = true}),
    OptionSpec(kReplay, kReports, "report", "FILE", "replay.report", kOutputPath,
               "Write all counters as JSON; - means stdout", {.everyday = true}),
    OptionSpec(kReplay, kReports, "metrics", "FILE|HOST:PORT", "replay.metrics", kMetrics,
               "Publish figures for Prometheus; :PORT serves this machine only"),
    OptionSpec(kReplay, kReports, "control", "PATH", "replay.control", kPath,
               "Create a socket for gophercap ctl: pause, step, speed"),
    OptionSpec(kReplay, kReports, "json", "", "replay.json", kBool,
               "Print the report instead of a summary"),
    OptionSpec(kReplay, kReports, "fail-on-late", "Q=D", "replay.fail.on.late", kLatenessLimit,
               "Exit with 1 if a quantile of the lateness is above D: p99=50us, max=1ms"),
    OptionSpec(kReplay, kReports, "memory", "SIZE", "replay.memory", kSize, "Most memory to use",
               {.default_shown = kQuarter}),

    OptionSpec(kReplay, kAdvanced, "tx", kChoiceOf<transmit::Backend>, "replay.tx",
               "Way to send: packet (sendmmsg), ring (TX_RING), xdp (AF_XDP)",
               {.default_value = "auto",
                .for_interface = true,
                .field = field<&jobs::InterfaceTarget::backend>}),
    OptionSpec(kReplay, kAdvanced, "tx-threads", "N", "replay.tx.threads", kInteger,
               "Number of sending threads; packets of two hosts stay in order",
               {.default_value = "1", .limit = Limit::kUpTo, .most = replay::kMostLanes}),
    OptionSpec(kReplay, kAdvanced, "qdisc-bypass", kChoiceOf<transmit::QdiscBypass>,
               "replay.qdisc.bypass", "Bypass the queueing discipline",
               {.default_value = "auto",
                .for_interface = true,
                .field = field<&jobs::InterfaceTarget::qdisc_bypass>}),
    OptionSpec(kReplay, kAdvanced, "late", "POLICY", "replay.late", kLate,
               "catch-up; slip[=D] moves the schedule, drop[=D] leaves out, if later than D (1ms)",
               {.default_value = "catch-up",
                .idle_with = {"topspeed"},
                .idle_since = ", where nothing is late",
                .for_real_time = true}),
    OptionSpec(kReplay, kAdvanced, "pacing", kChoiceOf<replay::PacingProfile>, "replay.pacing",
               "eco sleeps; balanced sleeps, then spins; exact adds real-time priority",
               {.default_value = "balanced",
                .for_real_time = true,
                .field = field<&jobs::DeliveryOptions::pacing>}),
    OptionSpec(kReplay, kAdvanced, "link-timeout", "D", "replay.link.timeout", kDuration,
               "How long the interface may be down before the replay fails",
               {.default_value = "0s",
                .limit = Limit::kNotNegative,
                .for_interface = true,
                .field = field<&jobs::InterfaceTarget::link_timeout>}),
    OptionSpec(kReplay, kAdvanced, "preload", "", "replay.preload", kBool,
               "Read the whole set into --memory first",
               {.field = field<&jobs::DeliveryOptions::preload>}),
    OptionSpec(kReplay, kAdvanced, "file-workers", "N", "replay.file.workers", kInteger,
               "Files mapped at once; below 1 means one per CPU",
               {.default_value = "0", .default_shown = kOnePerCpu}),

    OptionSpec(kTarExtract, kWhat, "in-tarball", "FILE", "tarball.in.file", kPath,
               "Tarball to read, like TARBALL; - means stdin", {.everyday = true}),

    OptionSpec(kTarExtract, kWhere, "out-dir", "DIR", "tarball.out.dir", kPath,
               "Folder to extract to; it is created if needed", {.everyday = true}),
    OptionSpec(kTarExtract, kWhere, "out-gzip", "", "tarball.out.gzip", kBool,
               "Compress extracted files with gzip (BGZF)",
               {.everyday = true, .excludes = {"out-zstd"}}),
    OptionSpec(kTarExtract, kWhere, "out-zstd", "", "tarball.out.zstd", kBool,
               "Compress extracted files with zstd", {.everyday = true}),
    OptionSpec(kTarExtract, kWhere, "level", "LEVEL", "tarball.level", kString,
               "Compression level: fast, default, best, or 1 to 12 (gzip), 1 to 19 (zstd)",
               {.default_value = "default"}),
    OptionSpec(kTarExtract, kWhere, "flatten", "", "tarball.flatten", kBool,
               "Extract into one folder: a/b.pcap becomes a-b.pcap",
               {.field = field<&jobs::TarOptions::extract, &archive::ExtractOptions::flatten>}),
    OptionSpec(kTarExtract, kWhere, "force", "", "tarball.force", kBool,
               "Replace files that exist already",
               {.field = field<&jobs::TarOptions::extract, &archive::ExtractOptions::force>}),
    OptionSpec(kTarExtract, kWhere, "resume", "", "tarball.resume", kBool,
               "Skip files that exist with the same size and time",
               {.everyday = true,
                .field = field<&jobs::TarOptions::extract, &archive::ExtractOptions::resume>}),
    OptionSpec(kTarExtract, kWhere, "map", "FILE", "tarball.map", kOutputPath,
               "Also write a dump of the extracted captures, as map does",
               {.field = field<&jobs::TarOptions::map_path>}),

    OptionSpec(kTarExtract, kReports, "dryrun", "", "tarball.dryrun", kBool,
               "Only list the members that match", {.alias = "dry-run", .everyday = true}),
    OptionSpec(kTarExtract, kReports, "json", "", "tarball.json", kBool,
               "Print JSON instead of text", {.everyday = true}),
    OptionSpec(kTarExtract, kReports, "max-output", "SIZE", "tarball.max.output", kSize,
               "Stop before more than SIZE is written", {.default_shown = "no limit"}),
    OptionSpec(kTarExtract, kReports, "max-ratio", "N", "tarball.max.ratio", kInteger,
               "Stop above N bytes written for each byte read, from 1 GiB on; 0: no limit",
               {.default_value = "1000", .limit = Limit::kNotNegative}),
    OptionSpec(kTarExtract, kReports, "memory", "SIZE", "tarball.memory", kSize,
               "Most memory to use", {.default_shown = kQuarter}),

    OptionSpec(kTarExtract, kAdvanced, "workers", "N", "tarball.workers", kInteger,
               "Number of threads that compress",
               {.default_value = "0", .default_shown = "one per CPU, up to 8"}),
    OptionSpec(kTarExtract, kAdvanced, "fsync", "", "tarball.fsync", kBool,
               "Sync each file before it gets its name, so that it survives a power cut",
               {.field = field<&jobs::TarOptions::extract, &archive::ExtractOptions::sync>}),

    OptionSpec(kExampleConfig, kWhere, "force", "", "", kBool, "Replace an existing file",
               {.everyday = true}),

    OptionSpec(kGlobal, kWhat, "dump-json", "FILE", "global.dump.json", kDump,
               "Dump, as written by map",
               {.default_value = "/tmp/mapped-files.json", .everyday = true}),
    OptionSpec(kGlobal, kWhat, "file-regexp", "RE", "global.file.regexp", kRegexp,
               "Only files whose path matches this expression (RE2)", {.everyday = true}),

    OptionSpec(kGlobal, kShared, "config", "FILE", "", kPath, "Configuration to read",
               {.default_shown = "~/.go-replay.yaml if it exists"}),
    OptionSpec(kGlobal, kShared, "quiet", "", "global.quiet", kBool,
               "Print no progress and no notes"),
    OptionSpec(kGlobal, kShared, "trust", "", "global.trust", kBool,
               "Trust files of other users in shared folders such as /tmp"),
    OptionSpec(kGlobal, kShared, "no-sandbox", "", "global.no.sandbox", kBool,
               "Keep all privileges, for debugging"),
    OptionSpec(kGlobal, kShared, "help", "", "", kBool,
               "Explain the command; -h shows the everyday options only",
               {.alias = "h", .everyday = true}),
    OptionSpec(kGlobal, kShared, "version", "", "", kBool, "Print the version", {.alias = "V"}),
};

// Makes replay's option with this name an option of verify.
consteval OptionSpec as_replay(std::string_view name, std::string_view key) {
  const auto as_verify = [key](OptionSpec option) {
    option.command = kVerify;
    option.key = key;
    option.as_in_replay = true;
    return option;
  };
  for (const OptionSpec& option : kOwnOptions) {
    if (option.command == kReplay && option.name == name) return as_verify(option);
  }
  for (const OptionSpec& option : kRewriteOptions) {
    if (option.name == name) return as_verify(option);
  }
  throw "replay has no such option";  // which ends the compilation
}

inline constexpr std::array kVerifyOptions = {
    OptionSpec(kVerify, kWhat, "report", "FILE", "verify.report", kPath,
               "The replay's report: the set, the options, the MTU, when it began",
               {.everyday = true}),
    as_replay("path-prefix", "verify.path.prefix"),

    OptionSpec(kVerify, kPackets, "mtu", "N", "verify.mtu", kInteger,
               "MTU of the sending interface",
               {.default_value = "0",
                .default_shown = "the report's, or any",
                .limit = Limit::kNotNegative}),
    as_replay("time-from", "verify.time.from"),
    as_replay("time-to", "verify.time.to"),
    as_replay("out-bpf", "verify.out.bpf"),
    as_replay("limit", "verify.limit"),
    as_replay("sample", "verify.sample"),
    as_replay("skip-mtu", "verify.skip.mtu"),
    as_replay("skip-ooo", "verify.skip.ooo"),
    as_replay("to-ethernet", "verify.to.ethernet"),
    as_replay("src-mac", "verify.src.mac"),
    as_replay("dst-mac", "verify.dst.mac"),
    as_replay("oversize", "verify.oversize"),
    as_replay("ignore-df", "verify.ignore.df"),
    as_replay("fix-lengths", "verify.fix.lengths"),
    as_replay("pad-cut", "verify.pad.cut"),

    as_replay("rewrite", "verify.rewrite"),
    as_replay("map-ip", "verify.map.ip"),
    as_replay("map-port", "verify.map.port"),
    as_replay("unique-ip", "verify.unique.ip"),
    as_replay("tunnel-side", "verify.tunnel.side"),
    as_replay("set-ttl", "verify.set.ttl"),
    as_replay("set-dscp", "verify.set.dscp"),
    as_replay("fix-checksums", "verify.fix.checksums"),
    as_replay("map-mac", "verify.map.mac"),
    as_replay("set-src-mac", "verify.set.src.mac"),
    as_replay("set-dst-mac", "verify.set.dst.mac"),
    as_replay("vlan", "verify.vlan"),

    as_replay("time-modifier", "verify.time.modifier"),
    as_replay("pps", "verify.pps"),
    as_replay("mbps", "verify.mbps"),
    OptionSpec(kVerify, kWhen, "loop-count", "N", "verify.loop.count", kInteger,
               "Number of times the set was sent",
               {.default_value = "1",
                .as_in_replay = true,
                .field = field<&jobs::ScheduleOptions::loop_count>}),
    as_replay("loop-gap", "verify.loop.gap"),
    as_replay("time-scale-enabled", "verify.time.scale.enabled"),
    as_replay("time-scale-duration", "verify.time.scale.duration"),
    as_replay("max-gap", "verify.max.gap"),
    as_replay("wait-disable", "verify.wait.disable"),
    as_replay("sequence", "verify.sequence"),
    as_replay("file-gap", "verify.file.gap"),
    as_replay("reorder", "verify.reorder"),
    as_replay("clock-steps", "verify.clock.steps"),

    OptionSpec(kVerify, kReports, "json", "", "verify.json", kBool,
               "Print all figures as JSON instead of a summary", {.everyday = true}),
    OptionSpec(kVerify, kReports, "fail-on-late", "Q=D", "verify.fail.on.late", kLatenessLimit,
               "Exit with 1 if a quantile of the receiver's lateness is above D: p99=50us",
               {.everyday = true}),
    OptionSpec(kVerify, kReports, "memory", "SIZE", "verify.memory", kSize, "Most memory to use",
               {.default_shown = kQuarter}),

    as_replay("file-workers", "verify.file.workers"),
};

// One array, so the index of an option identifies it.
inline constexpr auto kOptions = [] {
  std::array<OptionSpec, kOwnOptions.size() + kRewriteOptions.size() + kVerifyOptions.size()> all{};
  const auto own_end = std::ranges::copy(kOwnOptions, all.begin()).out;
  std::ranges::copy(kVerifyOptions, std::ranges::copy(kRewriteOptions, own_end).out);
  return all;
}();

}  // namespace gophercap::cli::rows
