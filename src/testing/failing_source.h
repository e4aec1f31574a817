// A ByteSource that fails after some bytes, as a disk or a network file system may.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "io/byte_source.h"

namespace gophercap::testing {

// Returns the first `good_bytes` of `bytes`, then `error` on every read.
class FailingSource final : public io::ByteSource {
 public:
  FailingSource(std::vector<uint8_t> bytes, size_t good_bytes, Error error);

  Result<size_t> read(std::span<uint8_t> out) override;

 private:
  std::vector<uint8_t> bytes_;
  Error error_;
  size_t offset_ = 0;
};

}  // namespace gophercap::testing
