// What a capture contained when it was mapped, to distinguish a file that has grown from one that
// was replaced.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/time.h"
#include "dataset/scan/file_summary.h"

namespace gophercap::dataset {

struct MappedPart {
  uint64_t plain_bytes = 0;  // 0: unknown, so that still_begins_with() is false
  uint64_t packets = 0;
  uint64_t captured_bytes = 0;
  uint64_t wire_bytes = 0;
  uint64_t out_of_order = 0;
  Nanos largest_gap{0};  // detects changed times between the first and the last packet
  Nanos largest_step_back{0};
  std::optional<CaptureTime> first, last, min, max;
  bool cut = false;      // reading ended at the end of the file, inside a record
  bool damaged = false;  // reading ended for another reason than the end of the file

  // How many plain bytes a replay reads; 0: to the end, where it meets the same damage.
  uint64_t most_bytes() const noexcept { return cut || damaged ? 0 : plain_bytes; }
};

MappedPart mapped_part(const FileSummary& file);

// Reads the mapped part of the file again and compares it. Also returns false if it cannot be read,
// or if a stop is requested.
bool still_begins_with(const MappedPart& part, const std::string& path,
                       const std::stop_token& stop);

}  // namespace gophercap::dataset
