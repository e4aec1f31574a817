// Compressed bytes for tests, made by the libraries themselves. Each call gives one frame (member,
// stream) with every checksum that the format has.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/open.h"

namespace gophercap::testing {

std::vector<uint8_t> compress(io::Compression format, std::span<const uint8_t> plain);

// Of several members, frames or blocks, each of `piece` plain bytes.
std::vector<uint8_t> gzip_members(std::span<const uint8_t> plain, size_t piece);
std::vector<uint8_t> bgzf(std::span<const uint8_t> plain, size_t piece);  // with its end mark
struct ZstdFrames {
  bool checksum = true;
  bool announced = true;  // the header says how much is in it
  int window_log = 0;     // 0: as the library likes
};
std::vector<uint8_t> zstd_frames(std::span<const uint8_t> plain, size_t piece,
                                 const ZstdFrames& options);
struct Lz4Frame {
  bool independent = true;
  bool block_checksum = false;
  bool content_checksum = true;
  bool announced = false;
};
// Blocks of 64 KiB, or of as many bytes as `piece` says where that is less: shorter ones that the
// library would not make, but reads.
std::vector<uint8_t> lz4_frame(std::span<const uint8_t> plain, size_t piece,
                               const Lz4Frame& options);
// As `xz -T` makes them: each block says how long it is.
std::vector<uint8_t> xz_blocks(std::span<const uint8_t> plain, size_t piece);

// A raw deflate stream. Where `flush_every` is not 0 it has an empty stored block after each so
// many bytes.
std::vector<uint8_t> deflate(std::span<const uint8_t> plain, size_t flush_every = 0);
// The 8 bytes behind a gzip member's deflate stream.
std::vector<uint8_t> gzip_trailer(std::span<const uint8_t> plain);

}  // namespace gophercap::testing
