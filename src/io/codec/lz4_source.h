// Decompresses lz4: any number of frames, including skippable frames and the legacy format (lz4
// -l).
#pragma once

#include <memory>

#include "io/byte_source.h"
#include "io/codec/checkpoint.h"
#include "io/codec/stream_decoder.h"

namespace gophercap::io {

// Zeros after a frame are padding and ignored; other bytes that are not a frame are kCorrupt. The
// legacy format has no end mark and no checksum, so a file in it that is cut between two blocks
// looks complete. `checkpoints`, which may be null, receives the beginnings of frames and must
// outlive the source.
std::unique_ptr<ByteSource> make_lz4_source(std::unique_ptr<ByteSource> raw,
                                            CheckpointSink* checkpoints = nullptr);

// Makes the decoder for lz4. `first` means that nothing has been decoded yet, so a frame must
// follow.
std::unique_ptr<StreamDecoder> make_lz4_decoder(bool first, CheckpointSink* checkpoints = nullptr);

}  // namespace gophercap::io
