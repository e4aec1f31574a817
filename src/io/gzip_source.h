// gzip (RFC 1952): any number of members, BGZF among them.
#pragma once

#include <memory>

#include "io/byte_source.h"

namespace gophercap::io {

// Zeros after a member are padding (tapes, block devices) and ignored; anything else that is no
// member is kCorrupt.
std::unique_ptr<ByteSource> make_gzip_source(std::unique_ptr<ByteSource> raw);

}  // namespace gophercap::io
