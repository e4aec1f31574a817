// Buffers the compressed bytes in front of a decoder.
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

  // The bytes that were read and not yet consumed. The 8 bytes before them in memory are those
  // consumed last, even after a refill, so a decoder that reads ahead (ISA-L) can step back.
  std::span<uint8_t> bytes() noexcept { return {buffer_.get() + begin_, end_ - begin_}; }

  // How many bytes of the raw input were consumed. It is too low while bytes come that put_back()
  // was given without their having been consumed.
  uint64_t position() const noexcept { return end_offset_ - (end_ - begin_); }

  // Consumes `count` bytes, or steps back by up to 8 if `count` is negative.
  void advance(ptrdiff_t count) noexcept;

  // Reads more, up to the next multiple of kBlock of the raw input, even if the input comes in
  // small pieces. What a decoder makes of damage may depend on how much input it sees at once, so
  // the chunks must end at fixed offsets of the raw input, wherever reading began. Returns false at
  // the end of the raw input. REQUIRES: bytes().size() < 64.
  Result<bool> refill();

  // Returns bytes(), refilled until there are at least `count` or the raw input ends. REQUIRES:
  // count <= 64.
  Result<std::span<uint8_t>> peek(size_t count);

  // Puts back `bytes`, the ones consumed last, so that they come again. A decoder must not step
  // back beyond them.
  void put_back(std::span<const uint8_t> bytes);

 private:
  static constexpr size_t kKept = 8;
  // 128 KiB: the cost of pread() is negligible against decompressing that much, and the buffers of
  // 10,000 open files still fit into memory.
  static constexpr size_t kBlock = size_t{128} << 10;
  static constexpr size_t kLongestPeek = 64;
  static constexpr size_t kPadding = 64;  // decoders may read whole words past the end
  // Input is always read to the beginning of a page; the rest of the previous block is moved to
  // just before it.
  static constexpr size_t kBlockBegin = kPageBytes;
  static_assert(kBlockBegin >= kKept + kLongestPeek);

  Result<size_t> read(std::span<uint8_t> out);

  std::unique_ptr<ByteSource> raw_;
  std::vector<uint8_t> again_;  // bytes put back; those from again_begin_ on come before the raw
                                // input
  size_t again_begin_ = 0;
  PageBytes buffer_;
  size_t begin_ = kBlockBegin;
  size_t end_ = kBlockBegin;
  uint64_t end_offset_ = 0;     // offset in the raw input of end_
  std::optional<Error> fault_;  // of the raw input, after the bytes in the buffer
};

}  // namespace gophercap::io
