// Decompresses bzip2, any number of streams.
#pragma once

#include <memory>

#include "io/byte_source.h"

namespace gophercap::io {

// Zeros after a stream are padding and ignored; other bytes that are not a stream are kCorrupt.
std::unique_ptr<ByteSource> make_bzip2_source(std::unique_ptr<ByteSource> raw);

}  // namespace gophercap::io
