// Bytes in blocks that the giver owns: what TarReader reads from.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

namespace gophercap::archive {

class BlockFeed {
 public:
  virtual ~BlockFeed() = default;

  // The next bytes, which stay valid until the next call. Empty: the end, and it stays so. A fault
  // comes again on every further call.
  virtual Result<std::span<const uint8_t>> next() = 0;
};

}  // namespace gophercap::archive
