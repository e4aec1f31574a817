// Checks a compressed file by the frames that a ParallelCompressor has written.
#pragma once

#include <cstdint>
#include <stop_token>

#include "base/result.h"
#include "io/compress/block_compressor.h"

namespace gophercap::io {

// Returns whether the file is complete and contains that many plain bytes, in frames as written by
// a ParallelCompressor. Each frame contains its length and its plain size, so nothing is
// decompressed. False for files that another program has compressed. Errors: those of the system,
// kCancelled.
Result<bool> holds_compressed(int fd, Compression compression, uint64_t plain_bytes,
                              const std::stop_token& stop);

}  // namespace gophercap::io
