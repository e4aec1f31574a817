// Memory for the kernel to read files into. It copies to a place that is aligned as the file's
// pages are several times as fast as to another.
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

// `count` bytes from the beginning of a page on, with whatever is in them.
inline PageBytes make_page_bytes(size_t count) {
  return PageBytes(new (std::align_val_t{kPageBytes}) uint8_t[count]);
}

// The least number of whole pages that holds that many bytes, in bytes.
constexpr size_t round_up_to_pages(size_t bytes) noexcept {
  return (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

}  // namespace gophercap::io
