// Puts bytes back in front of a source that cannot be rewound.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "io/byte_source.h"

namespace gophercap::io {

class PrefixedSource final : public ByteSource {
 public:
  PrefixedSource(std::vector<uint8_t> prefix, std::unique_ptr<ByteSource> rest);

  Result<size_t> read(std::span<uint8_t> out) override;

 private:
  std::vector<uint8_t> prefix_;
  size_t given_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

}  // namespace gophercap::io
