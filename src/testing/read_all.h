// Reads a ByteSource to its end or to its fault, and checks that it meets its contract.
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

// Reads at most `out_size` bytes at once, and stops after `limit` bytes as if at the end. Fails the
// test if anything follows the end, or anything other than the same fault follows a fault.
ReadAll read_all(io::ByteSource& source, size_t out_size = size_t{64} << 10,
                 size_t limit = std::numeric_limits<size_t>::max());

}  // namespace gophercap::testing
