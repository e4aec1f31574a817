// A growing byte buffer that, unlike std::vector, does not initialize new bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

namespace gophercap::io {

// Not thread-safe.
class ByteBuffer {
 public:
  uint8_t* data() noexcept { return bytes_.get(); }
  size_t size() const noexcept { return size_; }
  size_t capacity() const noexcept { return capacity_; }
  std::span<const uint8_t> bytes() const noexcept { return {bytes_.get(), size_}; }

  // Makes room for `capacity` bytes and keeps the first size() bytes.
  void reserve(size_t capacity) {
    if (capacity <= capacity_) return;
    std::unique_ptr<uint8_t[]> larger(new uint8_t[capacity]);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }

  void append(std::span<const uint8_t> bytes) {
    if (bytes.empty()) return;
    if (bytes.size() > capacity_ - size_) {
      reserve(std::max(size_ + bytes.size(), capacity_ + capacity_ / 2));
    }
    std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  // REQUIRES: size <= size().
  void truncate(size_t size) noexcept { size_ = size; }

  // Frees the memory.
  void free() noexcept {
    bytes_.reset();
    size_ = 0;
    capacity_ = 0;
  }

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace gophercap::io
