// Zstandard (RFC 8878): any number of frames, skippable ones among them.
#pragma once

#include <cstdint>
#include <memory>

#include "io/byte_source.h"
#include "io/codec/checkpoint.h"
#include "io/codec/stream_decoder.h"

namespace gophercap::io {

// As far as the library goes (2 GiB), so that `zstd --long=31` is read where the memory bound
// allows it. The memory is taken when a frame asks for it.
inline constexpr int kLargestZstdWindowLog = 31;

// Frames that want a larger window than 2^max_window_log bytes, or than the memory bound allows,
// are kMemoryBound. `checkpoints`, where given, is told of frames and has to outlive the source.
std::unique_ptr<ByteSource> make_zstd_source(std::unique_ptr<ByteSource> raw,
                                             int max_window_log = kLargestZstdWindowLog,
                                             CheckpointSink* checkpoints = nullptr);

// The decoder of it. `first`: nothing has been decoded before, so that a frame must follow.
std::unique_ptr<StreamDecoder> make_zstd_decoder(bool first, int max_window_log,
                                                 CheckpointSink* checkpoints = nullptr);

// Whether a frame of such a window could be decoded, were it the only one.
bool zstd_memory_allows(uint64_t window_bytes);

}  // namespace gophercap::io
