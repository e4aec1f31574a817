// Finds the files of a dump that have moved since it was written.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dataset/scan/file_summary.h"

namespace gophercap::dataset {

struct PrefixChange {
  std::string from, to;
};

// "OLD=NEW", split at the first '='; OLD may not be empty. Fails with kInvalidArgument.
Result<PrefixChange> parse_prefix_change(std::string_view text);

struct Relocation {
  size_t renamed = 0;       // by a prefix
  size_t found_beside = 0;  // near the dump
};

// Changes FileSummary::path in place, first by prefix: the first of `changes` whose `from` the path
// begins with, up to the end of a path component. Then each file that does not exist is looked for
// in the folder of `dump_path`, under as much of the end of its path as fits: /mnt/old/day1/a.pcap
// beside /data/dump.json is /data/mnt/old/day1/a.pcap, else /data/old/day1/a.pcap, else
// /data/day1/a.pcap, else /data/a.pcap. It has to have the recorded size where `sizes_known`, and
// no two entries become one file. What is not found keeps its path. A tarball is looked for like a
// file, once for all of its members.
Relocation relocate(DatasetSummary& set, std::span<const PrefixChange> changes,
                    const std::string& dump_path, bool sizes_known);

}  // namespace gophercap::dataset
