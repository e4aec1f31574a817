// Decompresses xz: any number of streams, with padding between and after them.
#pragma once

#include <memory>

#include "io/byte_source.h"
#include "io/parallel/decode_pool.h"

namespace gophercap::io {

// Fails with kMemoryBound if a stream needs more memory than the limit allows. With helpers of
// `pool`, which must outlive the source, blocks are decoded in parallel, using at most 64 MiB for
// each thread.
std::unique_ptr<ByteSource> make_xz_source(std::unique_ptr<ByteSource> raw,
                                           DecodePool* pool = nullptr);

}  // namespace gophercap::io
