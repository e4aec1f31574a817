// The compressed bytes in front of a decoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "io/byte_source.h"
#include "io/file/page_bytes.h"

namespace gophercap::io {

// Not thread-safe.
class InputBlock {
 public:
  explicit InputBlock(std::unique_ptr<ByteSource> raw);

  // What was read and not yet consumed. The 8 bytes before it in memory are those consumed last, so
  // that a decoder that reads ahead (ISA-L) can step back even if the block was refilled in
  // between.
  std::span<uint8_t> bytes() noexcept { return {buffer_.get() + begin_, end_ - begin_}; }

  // How many bytes of the raw input were consumed. As long as bytes come that were put back without
  // having been consumed, it counts too few.
  uint64_t position() const noexcept { return end_offset_ - (end_ - begin_); }

  // Consumes `count` of bytes(), or takes up to 8 back where it is negative.
  void advance(ptrdiff_t count) noexcept;

  // Reads on behind bytes(), up to the next multiple of kBlock of the raw input, however small its
  // pieces are. What a decoder makes of damage may depend on how much it sees at once: so the ends
  // of what it sees are places in the input, whoever reads it and wherever he began. False: the raw
  // input has ended. REQUIRES: bytes().size() < 64.
  Result<bool> refill();

  // bytes(), refilled until there are `count` or the raw input has ended. REQUIRES: count <= 64.
  Result<std::span<uint8_t>> peek(size_t count);

  // Makes `bytes`, those consumed last, come once more. A decoder must not step back behind them.
  void put_back(std::span<const uint8_t> bytes);

 private:
  static constexpr size_t kKept = 8;
  // 128 KiB: pread() costs nothing against inflating that much, and 10,000 open archives still fit
  // into memory.
  static constexpr size_t kBlock = size_t{128} << 10;
  static constexpr size_t kLongestPeek = 64;
  static constexpr size_t kPadding = 64;  // decoders load whole words
  // A block is always read to the beginning of a page, and what is left of the one before is moved
  // to just in front of it.
  static constexpr size_t kBlockBegin = kPageBytes;
  static_assert(kBlockBegin >= kKept + kLongestPeek);

  Result<size_t> read(std::span<uint8_t> out);

  std::unique_ptr<ByteSource> raw_;
  std::vector<uint8_t> again_;  // put back; those from again_begin_ on come before the raw input
  size_t again_begin_ = 0;
  PageBytes buffer_;
  size_t begin_ = kBlockBegin;
  size_t end_ = kBlockBegin;
  uint64_t end_offset_ = 0;     // in the raw input, of end_
  std::optional<Error> fault_;  // of the raw input, behind what is in the buffer
};

}  // namespace gophercap::io
