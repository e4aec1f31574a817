// A range of bytes of another source.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "io/byte_source.h"

namespace gophercap::io {

// Gives `size` bytes of `rest`, from `skip` bytes on. The first read skips the bytes before. Fails
// with kTruncated if `rest` ends too early.
class SliceSource final : public ByteSource {
 public:
  SliceSource(std::unique_ptr<ByteSource> rest, uint64_t skip, uint64_t size)
      : rest_(std::move(rest)), skip_(skip), left_(size) {}

  Result<size_t> read(std::span<uint8_t> out) override;

 private:
  Result<> skip();

  std::unique_ptr<ByteSource> rest_;
  uint64_t skip_;
  uint64_t left_;
};

}  // namespace gophercap::io
