// xz: any number of streams with padding between and behind them.
#pragma once

#include <memory>

#include "io/byte_source.h"

namespace gophercap::io {

// A stream that needs more than 1 GiB of memory is kUnsupported.
std::unique_ptr<ByteSource> make_xz_source(std::unique_ptr<ByteSource> raw);

}  // namespace gophercap::io
