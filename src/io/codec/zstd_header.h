// Parses the header of a zstd frame (RFC 8878, 3.1.1.1), for callers that need it without decoding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace gophercap::io {

// The blocks of the frame follow, then a checksum of 4 bytes if it has one.
struct ZstdHeader {
  static constexpr size_t kLongest = 18;

  size_t size = 0;  // length of the header itself
  uint64_t window_bytes = 0;
  std::optional<uint64_t> content_bytes;
  bool checksum = false;
};

// Parses the frame header at the beginning of `front`. Returns nothing if it is no header, is cut
// off, or needs a dictionary.
std::optional<ZstdHeader> read_zstd_header(std::span<const uint8_t> front);

}  // namespace gophercap::io
