// The compressed bytes in front of a decoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/result.h"
#include "io/byte_source.h"

namespace gophercap::io {

// Not thread-safe.
class InputBlock {
 public:
  explicit InputBlock(std::unique_ptr<ByteSource> raw);

  // What was read and not yet consumed. The 8 bytes before it in memory are those consumed last, so
  // that a decoder that reads ahead (ISA-L) can step back even if the block was refilled in
  // between.
  std::span<uint8_t> bytes() noexcept { return {buffer_.get() + begin_, end_ - begin_}; }

  // How many bytes of the raw input were consumed.
  uint64_t position() const noexcept { return taken_ - (end_ - begin_); }

  // Consumes `count` of bytes(), or takes up to 8 back where it is negative.
  void advance(ptrdiff_t count) noexcept;

  // Reads as much behind bytes() as there is room for, however small the pieces of the raw input
  // are: what a decoder makes of damage may depend on how much it sees at once. False: the raw
  // input has ended.
  Result<bool> refill();

  // bytes(), refilled until there are `count` or the raw input has ended. REQUIRES: count <= 64.
  Result<std::span<uint8_t>> peek(size_t count);

 private:
  static constexpr size_t kKept = 8;
  // 128 KiB: pread() costs nothing against inflating that much, and 10,000 open archives still fit
  // into memory.
  static constexpr size_t kBlock = size_t{128} << 10;
  static constexpr size_t kPadding = 64;  // decoders load whole words

  std::unique_ptr<ByteSource> raw_;
  std::unique_ptr<uint8_t[]> buffer_;
  uint64_t taken_ = 0;  // from raw_
  size_t begin_ = kKept;
  size_t end_ = kKept;
  std::optional<Error> fault_;  // of the raw input, behind what is in the buffer
};

}  // namespace gophercap::io
