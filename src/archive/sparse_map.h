// Where the bytes of a sparse member belong.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/archive_index.h"
#include "archive/tar_input.h"
#include "base/result.h"

namespace gophercap::archive {

// Runs of a map, of 16 bytes each. More are refused.
inline constexpr size_t kMostRuns = size_t{1} << 20;

struct SparseMap {
  std::vector<Extent> runs;  // without empty ones
  uint64_t stored_bytes = 0;
  uint64_t real_size_bytes = 0;
};

// Adds what the `count` pairs of a header of GNU tar (or of what follows it) have: offset and
// length, 12 bytes each. False: one of them is none. `ended`: there are no more.
bool add_old_runs(std::span<const uint8_t> pairs, size_t count, SparseMap& map, bool& ended);

// Offset, length, offset, …: of versions 0.0 and 0.1. False: it is no map.
bool add_runs(std::span<const uint64_t> numbers, SparseMap& map);

// Reads the map of version 1.0, decimal numbers in lines in front of a member's bytes, and sets
// `map_bytes` to what was consumed. False: it is no map. kTruncated: the input ends before.
Result<bool> read_map_in_front(TarInput& in, uint64_t body_bytes, SparseMap& map,
                               uint64_t& map_bytes);

}  // namespace gophercap::archive
