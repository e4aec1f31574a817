#include "io/input_block.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gophercap::io {

InputBlock::InputBlock(std::unique_ptr<ByteSource> raw)
    : raw_(std::move(raw)), buffer_(new uint8_t[kKept + kBlock + kPadding]) {}

void InputBlock::advance(ptrdiff_t count) noexcept {
  begin_ = static_cast<size_t>(static_cast<ptrdiff_t>(begin_) + count);
}

Result<bool> InputBlock::refill() {
  const size_t kept = std::min(begin_, kKept);
  const size_t rest = end_ - begin_;
  std::memmove(buffer_.get() + kKept - kept, buffer_.get() + begin_ - kept, kept + rest);
  begin_ = kKept;
  end_ = kKept + rest;
  const size_t before = end_;
  while (!fault_ && end_ < kKept + kBlock) {
    Result<size_t> count = raw_->read({buffer_.get() + end_, kKept + kBlock - end_});
    if (!count) {
      fault_ = count.error();
    } else if (*count == 0) {
      break;
    } else {
      end_ += *count;
      taken_ += *count;
    }
  }
  if (end_ == before && fault_) return *fault_;
  return end_ > before;
}

Result<std::span<uint8_t>> InputBlock::peek(size_t count) {
  while (bytes().size() < count) {
    TRY(const bool more, refill());
    if (!more) break;
  }
  return bytes();
}

}  // namespace gophercap::io
