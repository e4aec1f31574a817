// Cuts gzip at its members.
#pragma once

#include <memory>

#include "io/parallel/splitter.h"

namespace gophercap::io {

// Members of BGZF say how long they are. Where another member begins is guessed from its first
// bytes, once an input has turned out to have more than one; a guess counts if the member before
// ends there.
std::unique_ptr<Splitter> make_gzip_splitter(const SplitLimits& limits = {});

}  // namespace gophercap::io
