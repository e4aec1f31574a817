#include "archive/tar/tar_input.h"

#include <algorithm>

#include "archive/tar/tar_header.h"

namespace gophercap::archive {

Result<bool> TarInput::refill() {
  if (!rest_.empty()) return true;
  TRY(rest_, feed_.next());
  given_ += rest_.size();
  return !rest_.empty();
}

Result<std::span<const uint8_t>> TarInput::peek(size_t count) {
  if (begin_ == front_.size()) {
    front_.clear();
    begin_ = 0;
    TRY(const bool any, refill());
    if (!any) return std::span<const uint8_t>();
    if (rest_.size() >= count) return rest_.first(count);
  }
  while (front_.size() - begin_ < count) {
    TRY(const bool more, refill());
    if (!more) break;
    const size_t wanted = std::min(rest_.size(), count - (front_.size() - begin_));
    front_.insert(front_.end(), rest_.begin(), rest_.begin() + static_cast<ptrdiff_t>(wanted));
    rest_ = rest_.subspan(wanted);
  }
  return std::span<const uint8_t>(front_).subspan(begin_, std::min(count, front_.size() - begin_));
}

void TarInput::advance(size_t count) noexcept {
  const size_t of_front = std::min(count, front_.size() - begin_);
  begin_ += of_front;
  rest_ = rest_.subspan(std::min(count - of_front, rest_.size()));
}

Result<std::span<const uint8_t>> TarInput::take(uint64_t most) {
  std::span<const uint8_t> bytes = std::span<const uint8_t>(front_).subspan(begin_);
  if (bytes.empty()) {
    TRY(const bool more, refill());
    if (!more) return std::span<const uint8_t>();
    bytes = rest_;
  }
  bytes = bytes.first(static_cast<size_t>(std::min<uint64_t>(bytes.size(), most)));
  advance(bytes.size());
  return bytes;
}

Result<bool> TarInput::skip(uint64_t count) {
  while (count > 0) {
    TRY(const std::span<const uint8_t> bytes, take(count));
    if (bytes.empty()) return false;
    count -= bytes.size();
  }
  return true;
}

Result<bool> TarInput::append(uint64_t count, std::vector<uint8_t>& to) {
  while (count > 0) {
    TRY(const std::span<const uint8_t> bytes, take(count));
    if (bytes.empty()) return false;
    to.insert(to.end(), bytes.begin(), bytes.end());
    count -= bytes.size();
  }
  return true;
}

Result<Passed> pass_over(uint64_t bytes, TarInput& in) {
  for (uint64_t passed = 0; passed < bytes; passed += kTarHeaderBytes) {
    TRY(const std::span<const uint8_t> block, in.peek(kTarHeaderBytes));
    if (block.size() == kTarHeaderBytes && looks_like_header(block)) return Passed::kUpToHeader;
    in.advance(block.size());
    if (block.size() < kTarHeaderBytes) return Passed::kUpToEnd;
  }
  return Passed::kAll;
}

}  // namespace gophercap::archive
