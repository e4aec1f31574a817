#include "cli/options/known_keys.h"

namespace gophercap::cli {
namespace {

constexpr std::string_view kUnused[] = {
    "filter.yaml",      "filter.input",         "filter.output",       "filter.suffix",
    "filter.workers",   "filter.decap.enabled", "filter.decap.depth",  "filter.compress",
    "filter.dedup",     "filter.maxmind.asn",   "extract.event",       "extract.dump.pcap",
    "extract.skip.bpf", "extract.file.format",  "eve2filter.path.eve", "eve2filter.path.filter",
};

constexpr OldKey kOld[] = {
    {"dump.json", "global.dump.json"},
    {"file.regexp", "global.file.regexp"},
    {"dir.src", "map.dir.src"},
    {"file.suffix", "map.file.suffix"},
    {"file.workers", "map.file.workers"},
    {"out.interface", "replay.out.interface"},
    {"out.bpf", "replay.out.bpf"},
    {"loop.count", "replay.loop.count"},
    {"loop.infinite", "replay.loop.infinite"},
    {"time.from", "replay.time.from"},
    {"time.to", "replay.time.to"},
    {"time.modifier", "replay.time.modifier"},
    {"time.scale.enabled", "replay.time.scale.enabled"},
    {"time.scale.duration", "replay.time.scale.duration"},
    {"wait.disable", "replay.disable_wait"},
    {"replay.wait.disable", "replay.disable_wait"},
    {"in.tarball", "tarball.in.file"},
    {"tarball.in.tarball", "tarball.in.file"},
    {"out.dir", "tarball.out.dir"},
    {"out.gzip", "tarball.out.gzip"},
    {"dryrun", "tarball.dryrun"},
};

}  // namespace

std::span<const std::string_view> unused_keys() {
  return kUnused;
}

std::span<const OldKey> old_keys() {
  return kOld;
}

}  // namespace gophercap::cli
