// Parses sparse maps: the positions of the data of a sparse member.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/index/indexed_member.h"
#include "archive/tar/tar_input.h"
#include "base/result.h"

namespace gophercap::archive {

// The largest number of runs of a map; each takes 16 bytes.
inline constexpr size_t kMostRuns = size_t{1} << 20;

struct SparseMap {
  std::vector<Extent> runs;  // without empty runs
  uint64_t stored_bytes = 0;
  uint64_t real_size_bytes = 0;
};

// Reads the map of GNU tar's own format, which begins in the header, and consumes its further
// blocks. Returns false if it is not a valid map. Errors: kTruncated (the input ends too early),
// kUnsupported (more than 16 MiB).
Result<bool> read_old_map(TarInput& in, std::span<const uint8_t> header, SparseMap& map);

// Adds the runs of versions 0.0 and 0.1: offset, length, offset, …. Returns false if it is not a
// valid map.
bool add_runs(std::span<const uint64_t> numbers, SparseMap& map);

// Reads the map of version 1.0, decimal numbers in lines before the member's data, and sets
// `map_bytes` to the number of bytes consumed. Returns false if it is not a valid map. kTruncated
// if the input ends too early.
Result<bool> read_map_in_front(TarInput& in, uint64_t body_bytes, SparseMap& map,
                               uint64_t& map_bytes);

}  // namespace gophercap::archive
