// Cuts lz4 input at its frames, and large frames at their blocks if these are independent.
#pragma once

#include <memory>

#include "io/parallel/splitter.h"

namespace gophercap::io {

// Dependent blocks and the legacy format are left to the stream decoder.
std::unique_ptr<Splitter> make_lz4_splitter(const SplitLimits& limits = {});

}  // namespace gophercap::io
