// Finds files of a dump that have been moved since it was written.
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

// Parses "OLD=NEW", split at the first '='; OLD must not be empty. Fails with kInvalidArgument.
Result<PrefixChange> parse_prefix_change(std::string_view text);

struct Relocation {
  size_t renamed = 0;       // by a prefix change
  size_t found_beside = 0;  // found near the dump
};

// Changes FileSummary::path. First, the first of `changes` whose `from` matches the beginning of
// the path up to a component boundary is applied. Then each file that does not exist is searched in
// the folder of `dump_path`, under the longest matching end of its path: /mnt/old/day1/a.pcap
// beside /data/dump.json is searched as /data/mnt/old/day1/a.pcap, /data/old/day1/a.pcap,
// /data/day1/a.pcap, /data/a.pcap. It must have the recorded size if `sizes_known`, and two entries
// never become the same file. A file that is not found keeps its path. A tarball is searched like a
// file, once for all of its members.
Relocation relocate(DatasetSummary& set, std::span<const PrefixChange> changes,
                    const std::string& dump_path, bool sizes_known);

}  // namespace gophercap::dataset
