// Compresses bytes for tests with the reference libraries. Each call returns one frame (member,
// stream) with every checksum that the format has.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/open.h"

namespace gophercap::testing {

std::vector<uint8_t> compress(io::Compression format, std::span<const uint8_t> plain);

// Several members, frames or blocks of `piece` plain bytes each.
std::vector<uint8_t> gzip_members(std::span<const uint8_t> plain, size_t piece);
std::vector<uint8_t> bgzf(std::span<const uint8_t> plain, size_t piece);  // with an end mark
struct ZstdFrames {
  bool checksum = true;
  bool announced = true;  // the header contains the content size
  int window_log = 0;     // 0: chosen by the library
};
std::vector<uint8_t> zstd_frames(std::span<const uint8_t> plain, size_t piece,
                                 const ZstdFrames& options);
struct Lz4Frame {
  bool independent = true;
  bool block_checksum = false;
  bool content_checksum = true;
  bool announced = false;
};
// Blocks of 64 KiB, or of `piece` bytes if that is less. liblz4 does not write such short blocks,
// but reads them.
std::vector<uint8_t> lz4_frame(std::span<const uint8_t> plain, size_t piece,
                               const Lz4Frame& options);
// As `xz -T` writes them: each block contains its length.
std::vector<uint8_t> xz_blocks(std::span<const uint8_t> plain, size_t piece);

// A raw deflate stream. If `flush_every` is not 0, there is an empty stored block after each
// `flush_every` bytes.
std::vector<uint8_t> deflate(std::span<const uint8_t> plain, size_t flush_every = 0);
// The 8 bytes after the deflate stream of a gzip member.
std::vector<uint8_t> gzip_trailer(std::span<const uint8_t> plain);

}  // namespace gophercap::testing
