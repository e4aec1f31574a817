// A window onto a ByteSource that parsers look at in place: contiguous bytes, moved only at block
// borders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "io/byte_source.h"
#include "io/file/page_bytes.h"

namespace gophercap::capture {

// Keeps unread bytes at the front of one buffer that is refilled block by block. Grows only for a
// record larger than a block, and then only as fast as bytes really arrive: a length written in a
// file never allocates anything by itself. Not thread-safe. Pointers are valid until the next
// ensure() or skip().
class RecordBuffer {
 public:
  RecordBuffer(std::unique_ptr<io::ByteSource> source, size_t block_bytes);

  const uint8_t* data() const noexcept { return buffer_.get() + begin_; }
  size_t size() const noexcept { return end_ - begin_; }
  uint64_t offset_bytes() const noexcept { return offset_bytes_; }  // of data() in the plain bytes
  uint64_t bytes_read() const noexcept { return offset_bytes_ + size(); }
  size_t allocated_bytes() const noexcept { return headroom_ + block_bytes_; }

  void consume(size_t n) noexcept {  // REQUIRES: n <= size()
    begin_ += n;
    offset_bytes_ += n;
  }

  // Makes at least n bytes available at data(), if the source has them. False: it has fewer (end or
  // error).
  bool ensure(size_t n);
  // Consumes n bytes without keeping them. False: the source ended before (everything is consumed
  // then).
  bool skip(uint64_t n);

  // Consumes zero bytes in whole multiples of `unit`, up to the first other byte or the end;
  // returns how many. Fewer than `unit` zero bytes may be left in front. REQUIRES: 0 < unit <= 64.
  uint64_t consume_zeros(size_t unit);
  // True if nothing but zero bytes (or nothing at all) is left; consumes them and adds their number
  // to `count`. A caller that gets false has lost its place: it must treat the rest as unreadable.
  bool only_zeros_left(uint64_t& count);

  // Set once the source failed; the bytes before the fault are delivered first.
  const std::optional<Error>& error() const noexcept { return error_; }

 private:
  bool refill();                          // reads once behind end_; false at the end or on error
  void make_headroom(size_t kept_bytes);  // so that `kept_bytes` fit in front of the block

  // Layout: [headroom][block]. A block is always read to the same place, the beginning of a page,
  // and the unread tail of the one before is moved to just in front of it, so the kernel copies
  // whole pages to memory that stays in the L2 cache.
  std::unique_ptr<io::ByteSource> source_;
  io::PageBytes buffer_;
  size_t headroom_ = 0;
  size_t block_bytes_;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t offset_bytes_ = 0;
  bool ended_ = false;
  std::optional<Error> error_;
};

}  // namespace gophercap::capture
