// ByteSource: bytes in order, plain or out of a codec. Everything that is parsed is read through
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"

namespace gophercap::io {

// Not thread-safe: one reader at a time. A source may be moved between threads between calls.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills `out` from its beginning and returns how many bytes were written, at most out.size(). 0
  // means the end, and stays so. May return less than asked for without being at the end. What
  // could be read before a fault is returned first; the fault itself (kTruncated, kCorrupt, kIo, …)
  // comes from the next call, and from every call after that. REQUIRES: !out.empty().
  virtual Result<size_t> read(std::span<uint8_t> out) = 0;
};

}  // namespace gophercap::io
