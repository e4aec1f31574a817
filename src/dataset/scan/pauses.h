// The times during which a set has no packets, as far as they are known without reading the files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace gophercap::dataset {

// A time span of a file with packets at both ends and possibly between.
struct BusyTime {
  CaptureTime from{}, to{};
  size_t file = 0;
};

struct Pause {
  CaptureTime from{}, to{};       // times of the packets before and after the pause
  size_t before = 0, after = 0;   // indexes of the files of these; equal if the pause is inside a
                                  // file
  Nanos length() const noexcept;  // saturated
};

// The pauses between busy times that are longer than `longer_than`, longest first, at most
// `most` of them; `sum` covers all of them (saturated).
struct Pauses {
  std::vector<Pause> longest;
  uint64_t count = 0;
  Nanos sum{0};
};
Pauses find_pauses(std::vector<BusyTime> busy, Nanos longer_than, size_t most);

// Adds the busy times of a file that has packets in [from, to] except for a gap of `gap` after
// `gap_from`. This is one if the gap is 0 or `gap_from` is outside, otherwise two.
void add_busy_times(std::vector<BusyTime>& busy, const BusyTime& whole, CaptureTime gap_from,
                    Nanos gap);

}  // namespace gophercap::dataset
