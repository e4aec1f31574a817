#include "capture/record_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gophercap::capture {
namespace {

constexpr size_t kFirstHeadroom = size_t{16} << 10;
// If a source returns little at a time (a pipe, a codec), it is read again into the same block
// while at least this much is free. Below that, moving the tail is cheaper than more calls.
constexpr size_t kWorthReading = size_t{16} << 10;

size_t leading_zeros(const uint8_t* p, size_t n) noexcept {
  size_t i = 0;
  while (n - i >= 8) {
    uint64_t word;
    std::memcpy(&word, p + i, 8);
    if (word != 0) break;
    i += 8;
  }
  while (i < n && p[i] == 0) ++i;
  return i;
}

}  // namespace

RecordBuffer::RecordBuffer(std::unique_ptr<io::ByteSource> source, size_t block_bytes)
    : source_(std::move(source)), block_bytes_(std::max<size_t>(block_bytes, 64)) {
  if (block_bytes_ > io::kPageBytes) block_bytes_ -= block_bytes_ % io::kPageBytes;
  headroom_ = std::min(kFirstHeadroom, io::round_up_to_pages(block_bytes_));
  buffer_ = io::make_page_bytes(headroom_ + block_bytes_);
  begin_ = end_ = headroom_;
}

void RecordBuffer::make_headroom(size_t kept_bytes) {
  if (kept_bytes <= headroom_) return;
  const size_t headroom = std::max(headroom_ * 2, io::round_up_to_pages(kept_bytes));
  io::PageBytes grown = io::make_page_bytes(headroom + block_bytes_);
  std::memcpy(grown.get() + headroom - kept_bytes, data(), kept_bytes);
  buffer_ = std::move(grown);
  headroom_ = headroom;
  begin_ = headroom - kept_bytes;
  end_ = headroom;
}

bool RecordBuffer::refill() {
  if (ended_) return false;
  const size_t capacity = headroom_ + block_bytes_;
  if (capacity - end_ < std::min(kWorthReading, block_bytes_) || begin_ == end_) {
    const size_t kept = size();
    if (kept > headroom_) {
      make_headroom(kept);
    } else {
      std::memmove(buffer_.get() + headroom_ - kept, data(), kept);
      begin_ = headroom_ - kept;
      end_ = headroom_;
    }
  }
  Result<size_t> got = source_->read({buffer_.get() + end_, headroom_ + block_bytes_ - end_});
  if (!got) {
    error_ = std::move(got).error();
    ended_ = true;
    return false;
  }
  if (*got == 0) {
    ended_ = true;
    return false;
  }
  end_ += *got;
  return true;
}

bool RecordBuffer::ensure(size_t n) {
  while (size() < n) {
    if (!refill()) return false;
  }
  return true;
}

bool RecordBuffer::skip(uint64_t n) {
  while (n > size()) {
    n -= size();
    consume(size());
    if (!refill()) return false;
  }
  consume(static_cast<size_t>(n));
  return true;
}

uint64_t RecordBuffer::consume_zeros(size_t unit) {
  uint64_t total = 0;
  while (ensure(unit)) {
    const size_t zeros = leading_zeros(data(), size());
    const size_t whole = zeros - zeros % unit;
    const bool reached_other_byte = zeros < size();
    consume(whole);
    total += whole;
    if (reached_other_byte) break;
  }
  return total;
}

bool RecordBuffer::only_zeros_left(uint64_t& count) {
  count += consume_zeros(1);
  return size() == 0 && !error_;
}

}  // namespace gophercap::capture
