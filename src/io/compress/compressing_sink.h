// A ByteSink that compresses its bytes and passes them to another one.
#pragma once

#include <memory>

#include "base/result.h"
#include "io/byte_sink.h"
#include "io/compress/block_compressor.h"

namespace gophercap::io {

// Gives the same bytes for any number of `workers`, which start with the first full block (see
// ParallelCompressor). The writing thread only compresses a block that no worker has begun when it
// has to be written. REQUIRES: can_compress(compression). Fails with kIo if there is no memory.
Result<std::unique_ptr<ByteSink>> make_compressing_sink(std::unique_ptr<ByteSink> below,
                                                        Compression compression,
                                                        const CompressionLevel& level,
                                                        unsigned workers);

}  // namespace gophercap::io
