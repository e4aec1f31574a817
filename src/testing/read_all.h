// Reads a ByteSource to its end or to its fault, and holds it to its contract on the way.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "io/byte_source.h"

namespace gophercap::testing {

struct ReadAll {
  std::vector<uint8_t> bytes;
  std::optional<Error> fault;  // none: a clean end
};

// Reads at most `out_size` bytes at once and stops, as if at the end, behind `limit` of them. Adds
// a test failure where something follows the end, or something other than the same fault the fault.
ReadAll read_all(io::ByteSource& source, size_t out_size = size_t{64} << 10,
                 size_t limit = std::numeric_limits<size_t>::max());

}  // namespace gophercap::testing
