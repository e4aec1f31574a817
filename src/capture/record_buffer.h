// A window onto a ByteSource in which parsers read in place. Its bytes are contiguous and move only
// at block boundaries.
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

// Keeps unread bytes at the front of one buffer, which is refilled block by block. It grows only
// for a record larger than a block, and only as fast as bytes arrive, so a length field in a file
// cannot cause a large allocation. Not thread-safe. Pointers are valid until the next ensure() or
// skip().
class RecordBuffer {
 public:
  RecordBuffer(std::unique_ptr<io::ByteSource> source, size_t block_bytes);

  const uint8_t* data() const noexcept { return buffer_.get() + begin_; }
  size_t size() const noexcept { return end_ - begin_; }
  uint64_t offset_bytes() const noexcept {
    return offset_bytes_;
  }  // offset of data() in the plain
     // bytes
  uint64_t bytes_read() const noexcept { return offset_bytes_ + size(); }
  size_t allocated_bytes() const noexcept { return headroom_ + block_bytes_; }

  void consume(size_t n) noexcept {  // REQUIRES: n <= size()
    begin_ += n;
    offset_bytes_ += n;
  }

  // Makes at least n bytes available at data(). Returns false if the source has fewer (end or
  // error).
  bool ensure(size_t n);
  // Consumes n bytes without keeping them. Returns false, with everything consumed, if the source
  // ends before.
  bool skip(uint64_t n);

  // Consumes zero bytes in whole multiples of `unit`, up to the first other byte or the end, and
  // returns their number. Fewer than `unit` zero bytes may remain. REQUIRES: 0 < unit <= 64.
  uint64_t consume_zeros(size_t unit);
  // Returns true if only zero bytes, or nothing, is left, consumes them and adds their number to
  // `count`. If it returns false, the position is lost and the rest must be treated as unreadable.
  bool only_zeros_left(uint64_t& count);

  // Set after the source has failed; the bytes before the fault are returned first.
  const std::optional<Error>& error() const noexcept { return error_; }

 private:
  bool refill();                          // reads once after end_; returns false at the end or on
                                          // error
  void make_headroom(size_t kept_bytes);  // makes `kept_bytes` fit in front of the block

  // Layout: [headroom][block]. Blocks are always read to the same page-aligned place, and the
  // unread rest of the previous block is moved to just before it. So the kernel copies whole pages
  // to memory that stays in the L2 cache.
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
