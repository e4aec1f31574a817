// Decompresses Zstandard (RFC 8878), any number of frames, including skippable ones.
#pragma once

#include <cstdint>
#include <memory>

#include "io/byte_source.h"
#include "io/codec/checkpoint.h"
#include "io/codec/stream_decoder.h"

namespace gophercap::io {

// The largest window of the library (2 GiB), so that `zstd --long=31` can be read if the memory
// limit allows it. The memory is allocated when a frame needs it.
inline constexpr int kLargestZstdWindowLog = 31;

// Fails with kMemoryBound if a frame needs a larger window than 2^max_window_log bytes, or than the
// memory limit allows. `checkpoints`, which may be null, receives the beginnings of frames and must
// outlive the source.
std::unique_ptr<ByteSource> make_zstd_source(std::unique_ptr<ByteSource> raw,
                                             int max_window_log = kLargestZstdWindowLog,
                                             CheckpointSink* checkpoints = nullptr);

// Makes the decoder for zstd. `first` means that nothing has been decoded yet, so a frame must
// follow.
std::unique_ptr<StreamDecoder> make_zstd_decoder(bool first, int max_window_log,
                                                 CheckpointSink* checkpoints = nullptr);

// Returns whether the memory limit allows to decode a frame with this window if no other file is
// open.
bool zstd_memory_allows(uint64_t window_bytes);

}  // namespace gophercap::io
