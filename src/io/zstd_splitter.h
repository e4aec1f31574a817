// Cuts zstd at its frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "io/splitter.h"
#include "io/zstd_source.h"

namespace gophercap::io {

// What a frame says of itself. Its blocks follow, then 4 bytes of checksum if it has one.
struct ZstdHeader {
  size_t size = 0;  // of itself
  uint64_t window_bytes = 0;
  std::optional<uint64_t> content_bytes;
  bool checksum = false;
};
inline constexpr size_t kLongestZstdHeader = 18;

// Of the frame at the beginning of `front`; none if it is none, is cut, or wants a dictionary.
std::optional<ZstdHeader> read_zstd_header(std::span<const uint8_t> front);

std::unique_ptr<Splitter> make_zstd_splitter(const SplitLimits& limits = {},
                                             int max_window_log = kLargestZstdWindowLog);

}  // namespace gophercap::io
