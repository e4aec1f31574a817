// Decompresses gzip (RFC 1952), any number of members, including BGZF.
#pragma once

#include <cstddef>
#include <memory>

#include "io/byte_source.h"
#include "io/codec/checkpoint.h"
#include "io/codec/stream_decoder.h"

namespace gophercap::io {

// Zeros after a member are padding (tapes, block devices) and ignored; other bytes that are not a
// member are kCorrupt. `checkpoints`, which may be null, receives the checkpoints; finding them
// makes decoding a few per cent slower near each of them. It must outlive the source.
std::unique_ptr<ByteSource> make_gzip_source(std::unique_ptr<ByteSource> raw,
                                             CheckpointSink* checkpoints = nullptr);

// Decompresses from a checkpoint on. `raw` begins at its stored_offset. `checkpoints` is as above;
// its offsets count from the checkpoint.
std::unique_ptr<ByteSource> make_gzip_source_from(Checkpoint checkpoint,
                                                  std::unique_ptr<ByteSource> raw,
                                                  CheckpointSink* checkpoints = nullptr);

// How many bytes of a member are inspected before any of it is consumed.
inline constexpr size_t kMemberFront = 18;

// Makes the decoder for gzip. `first` means that nothing has been decoded yet, so a member must
// follow.
std::unique_ptr<StreamDecoder> make_gzip_decoder(bool first, CheckpointSink* checkpoints = nullptr);

}  // namespace gophercap::io
