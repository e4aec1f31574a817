// Page-aligned memory for file contents. The kernel copies from its page cache several times as
// fast if the destination has the same alignment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace gophercap::io {

inline constexpr size_t kPageBytes = 4096;

struct FreePages {
  void operator()(uint8_t* bytes) const noexcept {
    ::operator delete[](bytes, std::align_val_t{kPageBytes});
  }
};
using PageBytes = std::unique_ptr<uint8_t[], FreePages>;

// Returns `count` uninitialized bytes, starting at a page boundary.
inline PageBytes make_page_bytes(size_t count) {
  return PageBytes(new (std::align_val_t{kPageBytes}) uint8_t[count]);
}

// Rounds up to a multiple of the page size.
constexpr size_t round_up_to_pages(size_t bytes) noexcept {
  return (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

}  // namespace gophercap::io
