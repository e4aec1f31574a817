// Compresses blocks that can be decompressed independently: BGZF members of gzip, frames of zstd.
// Any gzip or zstd can read them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"
#include "io/compression.h"

namespace gophercap::io {

// Returns whether there is a BlockCompressor for it.
constexpr bool can_compress(Compression compression) noexcept {
  return compression == Compression::kGzip || compression == Compression::kZstd;
}

struct CompressionLevel {
  int gzip = 6;  // 1: ISA-L, about five times as fast as the others; 2 to 12: libdeflate
  int zstd = 3;  // 1 to 19
};
inline constexpr int kLargestGzipLevel = 12;
inline constexpr int kLargestZstdLevel = 19;
inline constexpr CompressionLevel kFastLevel{1, 1};
inline constexpr CompressionLevel kDefaultLevel{6, 3};
inline constexpr CompressionLevel kBestLevel{kLargestGzipLevel, kLargestZstdLevel};

// BGZF (the SAM/BAM specification, 4.1): a gzip member whose last two header bytes are its length
// minus 1; and the empty member that ends a file.
inline constexpr std::array<uint8_t, 18> kBgzfHeader = {0x1f, 0x8b, 8, 4,   0,   0, 0, 0, 0,
                                                        0xff, 6,    0, 'B', 'C', 2, 0, 0, 0};
inline constexpr std::array<uint8_t, 28> kBgzfEnd = {0x1f, 0x8b, 8,   4,   0, 0, 0,    0, 0, 0xff,
                                                     6,    0,    'B', 'C', 2, 0, 0x1b, 0, 3, 0,
                                                     0,    0,    0,   0,   0, 0, 0,    0};

// Each thread needs its own.
class BlockCompressor {
 public:
  virtual ~BlockCompressor() = default;

  // Plain bytes of a block; only the last block of a file may have fewer.
  virtual size_t block_bytes() const noexcept = 0;
  // The room that compress() needs for any block.
  virtual size_t compressed_limit() const noexcept = 0;
  // Returns the number of bytes written. REQUIRES: plain.size() <= block_bytes(), out.size() >=
  // compressed_limit().
  virtual Result<size_t> compress(std::span<const uint8_t> plain, std::span<uint8_t> out) = 0;
  // Must be written at the end of each file.
  virtual std::span<const uint8_t> end_mark() const noexcept = 0;
};

// REQUIRES: can_compress(compression). Fails with kIo if there is no memory.
Result<std::unique_ptr<BlockCompressor>> make_block_compressor(Compression compression,
                                                               const CompressionLevel& level);

}  // namespace gophercap::io
