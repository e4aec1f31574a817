// The beginning of another source.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "io/byte_source.h"

namespace gophercap::io {

// Gives at most `size` bytes of `rest`, which may be shorter. Bytes after these are never read, so
// a fault there does not matter.
class LimitedSource final : public ByteSource {
 public:
  LimitedSource(std::unique_ptr<ByteSource> rest, uint64_t size)
      : rest_(std::move(rest)), left_(size) {}

  Result<size_t> read(std::span<uint8_t> out) override {
    if (left_ == 0) return 0;
    TRY(const size_t got,
        rest_->read(out.first(static_cast<size_t>(std::min<uint64_t>(out.size(), left_)))));
    left_ -= got;
    return got;
  }

 private:
  std::unique_ptr<ByteSource> rest_;
  uint64_t left_;
};

}  // namespace gophercap::io
