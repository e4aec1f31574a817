// ByteSource reads bytes in order, plain or decompressed. All parsers read from a ByteSource.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"

namespace gophercap::io {

// Not thread-safe: only one reader at a time, but different threads may take turns.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills the beginning of `out` and returns the number of bytes written, at most out.size().
  // Returns 0 at the end, and in every later call. Fewer bytes than requested do not mean the end.
  // Bytes before a fault are returned first; the next call and every later one return the fault
  // (kTruncated, kCorrupt, kIo, …). REQUIRES: !out.empty().
  virtual Result<size_t> read(std::span<uint8_t> out) = 0;
};

}  // namespace gophercap::io
