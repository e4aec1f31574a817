// Cuts zstd input at its frames.
#pragma once

#include <memory>

#include "io/codec/zstd_source.h"
#include "io/parallel/splitter.h"

namespace gophercap::io {

std::unique_ptr<Splitter> make_zstd_splitter(const SplitLimits& limits = {},
                                             int max_window_log = kLargestZstdWindowLog);

}  // namespace gophercap::io
