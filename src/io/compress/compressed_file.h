// What the frames of a file that a ParallelCompressor wrote say about it.
#pragma once

#include <cstdint>
#include <stop_token>

#include "base/result.h"
#include "io/compress/block_compressor.h"

namespace gophercap::io {

// Whether the file is whole and holds that many plain bytes, in the frames that a
// ParallelCompressor writes: each of them says how long it is and how much is in it, so that
// nothing is decompressed. False for what another program has compressed. Errors: what the system
// says, kCancelled.
Result<bool> holds_compressed(int fd, Compression compression, uint64_t plain_bytes,
                              const std::stop_token& stop);

}  // namespace gophercap::io
