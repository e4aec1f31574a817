// Provides bytes in blocks without copying them. TarReader reads from a BlockFeed.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

namespace gophercap::archive {

class BlockFeed {
 public:
  virtual ~BlockFeed() = default;

  // Returns the next bytes, which stay valid until the next call, or nothing at the end and on
  // every later call. A fault is returned again by every later call.
  virtual Result<std::span<const uint8_t>> next() = 0;
};

}  // namespace gophercap::archive
