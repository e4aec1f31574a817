// The times at which nothing of a set was captured, as far as it is known without reading it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace gophercap::dataset {

// Of one file: it has packets at both ends; others of it may be anywhere between.
struct Stretch {
  CaptureTime from{}, to{};
  size_t file = 0;
};

struct Pause {
  CaptureTime from{}, to{};       // times of the packets before and behind it
  size_t before = 0, after = 0;   // files of these; the same: it lies inside one file
  Nanos length() const noexcept;  // saturated
};

// The times between the stretches that are longer than `longer_than`, the longest first; at most
// `most` of them. All of them together: `sum` (saturated).
struct Pauses {
  std::vector<Pause> longest;
  uint64_t count = 0;
  Nanos sum{0};
};
Pauses find_pauses(std::vector<Stretch> stretches, Nanos longer_than, size_t most);

// A file that is known to be busy in [from, to] but for `gap` behind `gap_from`: its one or two
// stretches. `gap_from` outside of it, or a gap of 0: one.
void add_stretches(std::vector<Stretch>& stretches, const Stretch& whole, CaptureTime gap_from,
                   Nanos gap);

}  // namespace gophercap::dataset
