// gzip (RFC 1952): any number of members, BGZF among them.
#pragma once

#include <memory>

#include "io/byte_source.h"
#include "io/checkpoint.h"

namespace gophercap::io {

// Zeros after a member are padding (tapes, block devices) and ignored; anything else that is no
// member is kCorrupt.
// `checkpoints`, where given, is told of places to begin at; looking for them makes decoding a few
// per cent slower near each. It has to outlive the source.
std::unique_ptr<ByteSource> make_gzip_source(std::unique_ptr<ByteSource> raw,
                                             CheckpointSink* checkpoints = nullptr);

// The same bytes from a checkpoint on; `raw` begins at its stored_offset.
std::unique_ptr<ByteSource> make_gzip_source_from(Checkpoint checkpoint,
                                                  std::unique_ptr<ByteSource> raw);

}  // namespace gophercap::io
