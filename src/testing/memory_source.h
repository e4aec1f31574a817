// A ByteSource over bytes in memory that returns pieces as small as a test wants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "io/byte_source.h"

namespace gophercap::testing {

class MemorySource final : public io::ByteSource {
 public:
  explicit MemorySource(std::vector<uint8_t> bytes,
                        size_t max_chunk = std::numeric_limits<size_t>::max());

  Result<size_t> read(std::span<uint8_t> out) override;

 private:
  std::vector<uint8_t> bytes_;
  size_t max_chunk_;
  size_t offset_ = 0;
};

}  // namespace gophercap::testing
