// Where the bytes of a sparse member belong.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/index/archive_index.h"
#include "archive/tar/tar_input.h"
#include "base/result.h"

namespace gophercap::archive {

// Runs of a map, of 16 bytes each. More are refused.
inline constexpr size_t kMostRuns = size_t{1} << 20;

struct SparseMap {
  std::vector<Extent> runs;  // without empty ones
  uint64_t stored_bytes = 0;
  uint64_t real_size_bytes = 0;
};

// Reads the map of GNU tar's own format, which begins in the header, and consumes the blocks that
// go on with it. False: it is no map. Errors: kTruncated (the input ends before), kUnsupported
// (more than 16 MiB).
Result<bool> read_old_map(TarInput& in, std::span<const uint8_t> header, SparseMap& map);

// Offset, length, offset, …: of versions 0.0 and 0.1. False: it is no map.
bool add_runs(std::span<const uint64_t> numbers, SparseMap& map);

// Reads the map of version 1.0, decimal numbers in lines in front of a member's bytes, and sets
// `map_bytes` to what was consumed. False: it is no map. kTruncated: the input ends before.
Result<bool> read_map_in_front(TarInput& in, uint64_t body_bytes, SparseMap& map,
                               uint64_t& map_bytes);

}  // namespace gophercap::archive
