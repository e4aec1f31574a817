// A ByteSink that compresses on its way to another one.
#pragma once

#include <memory>

#include "base/result.h"
#include "io/byte_sink.h"
#include "io/compress/block_compressor.h"

namespace gophercap::io {

// The same bytes for any number of `workers`, which begin with the first full block that is
// written (see ParallelCompressor): the writer's thread compresses only what no worker has come to
// when it has to be written. REQUIRES: can_compress(compression). Fails with kIo
// where there is no memory.
Result<std::unique_ptr<ByteSink>> make_compressing_sink(std::unique_ptr<ByteSink> below,
                                                        Compression compression,
                                                        const CompressionLevel& level,
                                                        unsigned workers);

}  // namespace gophercap::io
