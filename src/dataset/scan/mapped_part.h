// What a capture held as far as it was mapped, to tell one that was written on from one that was
// replaced.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/time.h"
#include "dataset/scan/file_summary.h"

namespace gophercap::dataset {

struct MappedPart {
  uint64_t plain_bytes = 0;  // 0: not known, so that nothing begins with it
  uint64_t packets = 0;
  uint64_t captured_bytes = 0;
  uint64_t wire_bytes = 0;
  uint64_t out_of_order = 0;
  Nanos largest_gap{0};  // tells of times that changed between the first and the last
  Nanos largest_step_back{0};
  std::optional<CaptureTime> first, last, min, max;
  bool cut = false;      // ended by the end of the file
  bool damaged = false;  // ended otherwise than by the end of the file

  // How far a replay reads; 0: to the end, where the damage is met again.
  uint64_t most_bytes() const noexcept { return cut || damaged ? 0 : plain_bytes; }
};

MappedPart mapped_part(const FileSummary& file);

// Reads as much of the file as was mapped. False also where it can't be read, and for a stop.
bool still_begins_with(const MappedPart& part, const std::string& path,
                       const std::stop_token& stop);

}  // namespace gophercap::dataset
