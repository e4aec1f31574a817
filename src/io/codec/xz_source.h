// xz: any number of streams with padding between and behind them.
#pragma once

#include <memory>

#include "io/byte_source.h"
#include "io/parallel/decode_pool.h"

namespace gophercap::io {

// A stream that needs more than the memory bound allows is kMemoryBound. With helpers of `pool`,
// which must outlive the source, blocks are decoded in parallel, in at most 64 MiB for each thread.
std::unique_ptr<ByteSource> make_xz_source(std::unique_ptr<ByteSource> raw,
                                           DecodePool* pool = nullptr);

}  // namespace gophercap::io
