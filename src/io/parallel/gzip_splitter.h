// Cuts gzip input at its members.
#pragma once

#include <memory>

#include "io/parallel/splitter.h"

namespace gophercap::io {

// BGZF members contain their length. For other gzip input, once it has turned out to have more than
// one member, the beginning of the next member is guessed from its first bytes. A guess is correct
// if the member before ends exactly there.
std::unique_ptr<Splitter> make_gzip_splitter(const SplitLimits& limits = {});

}  // namespace gophercap::io
