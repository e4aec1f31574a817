// What will be replayed: the files of a set in the order in which they are needed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "dataset/file_summary.h"

namespace gophercap::replay {

struct PlannedFile {
  std::string path;
  uint32_t ordinal = 0;     // place in the order of path bytes: settles ties between equal times
  CaptureTime first_key{};  // key of its first packet: the file is needed from then on
  CaptureTime last_key{};   // key of its last packet
  uint64_t packets = 0;
  uint64_t file_size_bytes = 0;
};

struct Plan {
  std::vector<PlannedFile> files;  // with packets only; ordered by (first_key, ordinal)
  CaptureTime first{};             // key of the first packet in merge order
  CaptureTime last{};              // largest key
  uint64_t packets = 0;
  uint64_t packets_cut = 0;
  uint64_t overlap_depth = 0;  // most files that are needed at one instant
  std::vector<dataset::LinkTypeCount> link_types;

  Nanos span() const noexcept;      // last - first, saturated
  Nanos mean_gap() const noexcept;  // span / (packets - 1); 0 for a single packet
};

// The key of a packet is the largest time in its file up to and including it (SPEC 4), so a file is
// needed from its first packet's time to its largest. Files none of whose packets has a time stand
// at the set's beginning. Fails with kNotFound if no file has a packet.
Result<Plan> make_plan(const dataset::DatasetSummary& set);

}  // namespace gophercap::replay
