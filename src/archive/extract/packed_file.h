// What the frames of a file that a Packer wrote say about it.
#pragma once

#include <cstdint>
#include <stop_token>

#include "archive/extract/block_codec.h"
#include "base/result.h"

namespace gophercap::archive {

// Whether the file is whole and holds that many plain bytes, in the frames that a Packer writes:
// each of them says how long it is and how much is in it, so that nothing is decompressed. False
// for what another program has packed. Errors: what the system says, kCancelled.
Result<bool> holds_packed(int fd, Packing packing, uint64_t plain_bytes,
                          const std::stop_token& stop);

}  // namespace gophercap::archive
