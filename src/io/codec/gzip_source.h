// gzip (RFC 1952): any number of members, BGZF among them.
#pragma once

#include <cstddef>
#include <memory>

#include "io/byte_source.h"
#include "io/codec/checkpoint.h"
#include "io/codec/stream_decoder.h"

namespace gophercap::io {

// Zeros after a member are padding (tapes, block devices) and ignored; anything else that is no
// member is kCorrupt.
// `checkpoints`, where given, is told of places to begin at; looking for them makes decoding a few
// per cent slower near each. It has to outlive the source.
std::unique_ptr<ByteSource> make_gzip_source(std::unique_ptr<ByteSource> raw,
                                             CheckpointSink* checkpoints = nullptr);

// The same bytes from a checkpoint on; `raw` begins at its stored_offset. `checkpoints` as above,
// by offsets from there.
std::unique_ptr<ByteSource> make_gzip_source_from(Checkpoint checkpoint,
                                                  std::unique_ptr<ByteSource> raw,
                                                  CheckpointSink* checkpoints = nullptr);

// What is looked at of a member before anything of it is consumed.
inline constexpr size_t kMemberFront = 18;

// The decoder of it. `first`: nothing has been decoded before, so that a member must follow.
std::unique_ptr<StreamDecoder> make_gzip_decoder(bool first, CheckpointSink* checkpoints = nullptr);

}  // namespace gophercap::io
