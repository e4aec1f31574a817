// The header of a zstd frame (RFC 8878, 3.1.1.1), as far as others than the library need it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace gophercap::io {

// Blocks follow it, then 4 bytes of checksum if it has one.
struct ZstdHeader {
  static constexpr size_t kLongest = 18;

  size_t size = 0;  // of itself
  uint64_t window_bytes = 0;
  std::optional<uint64_t> content_bytes;
  bool checksum = false;
};

// Of the frame at the beginning of `front`; none if it is none, is cut, or wants a dictionary.
std::optional<ZstdHeader> read_zstd_header(std::span<const uint8_t> front);

}  // namespace gophercap::io
