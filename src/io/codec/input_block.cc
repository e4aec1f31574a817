#include "io/codec/input_block.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gophercap::io {

InputBlock::InputBlock(std::unique_ptr<ByteSource> raw)
    : raw_(std::move(raw)), buffer_(make_page_bytes(kBlockBegin + kBlock + kPadding)) {}

void InputBlock::advance(ptrdiff_t count) noexcept {
  begin_ = static_cast<size_t>(static_cast<ptrdiff_t>(begin_) + count);
}

Result<size_t> InputBlock::read(std::span<uint8_t> out) {
  const size_t left = again_.size() - again_begin_;
  if (left == 0) return raw_->read(out);
  const size_t count = std::min(left, out.size());
  std::memcpy(out.data(), again_.data() + again_begin_, count);
  again_begin_ += count;
  if (again_begin_ == again_.size()) {
    again_ = {};
    again_begin_ = 0;
  }
  return count;
}

Result<bool> InputBlock::refill() {
  const size_t rest = end_ - begin_;
  std::memmove(buffer_.get() + kBlockBegin - rest - kKept, buffer_.get() + begin_ - kKept,
               kKept + rest);
  begin_ = kBlockBegin - rest;
  end_ = kBlockBegin;
  size_t missing = kBlock - static_cast<size_t>(end_offset_ % kBlock);
  const size_t before = end_;
  while (missing > 0 && (!fault_ || !again_.empty())) {
    Result<size_t> count = read({buffer_.get() + end_, missing});
    if (!count) {
      fault_ = count.error();
    } else if (*count == 0) {
      break;
    } else {
      end_ += *count;
      end_offset_ += *count;
      missing -= *count;
    }
  }
  if (end_ == before && fault_) return *fault_;
  return end_ > before;
}

void InputBlock::put_back(std::span<const uint8_t> bytes) {
  const std::span<const uint8_t> rest(buffer_.get() + begin_, end_ - begin_);
  const size_t count = bytes.size() + rest.size();
  if (count > again_begin_) {
    std::vector<uint8_t> longer(count + again_.size() - again_begin_);
    std::copy(again_.begin() + static_cast<ptrdiff_t>(again_begin_), again_.end(),
              longer.begin() + static_cast<ptrdiff_t>(count));
    again_ = std::move(longer);
    again_begin_ = count;
  }
  again_begin_ -= count;
  uint8_t* to = again_.data() + again_begin_;
  to = std::copy(bytes.begin(), bytes.end(), to);
  std::copy(rest.begin(), rest.end(), to);
  end_offset_ -= count;
  begin_ = end_ = kBlockBegin;
}

Result<std::span<uint8_t>> InputBlock::peek(size_t count) {
  while (bytes().size() < count) {
    TRY(const bool more, refill());
    if (!more) break;
  }
  return bytes();
}

}  // namespace gophercap::io
