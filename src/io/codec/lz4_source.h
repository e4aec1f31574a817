// lz4: any number of frames, skippable ones and those of the legacy format (lz4 -l) among them.
#pragma once

#include <memory>

#include "io/byte_source.h"
#include "io/codec/checkpoint.h"
#include "io/codec/stream_decoder.h"

namespace gophercap::io {

// Zeros after a frame are padding and ignored; anything else that is no frame is kCorrupt. The
// legacy format has no end mark and no checksum: a file of it that is cut between two blocks looks
// complete. `checkpoints`, where given, is told of frames and has to outlive the source.
std::unique_ptr<ByteSource> make_lz4_source(std::unique_ptr<ByteSource> raw,
                                            CheckpointSink* checkpoints = nullptr);

// The decoder of it. `first`: nothing has been decoded before, so that a frame must follow.
std::unique_ptr<StreamDecoder> make_lz4_decoder(bool first, CheckpointSink* checkpoints = nullptr);

}  // namespace gophercap::io
