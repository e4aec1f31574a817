// Places in a compressed stream at which decoding may begin again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gophercap::io {

// Either between two frames (gzip members, frames of zstd and lz4), where nothing of what stood
// before is needed, or between two deflate blocks of a gzip member, which may refer to the 32 KiB
// before them (as in zlib's example zran.c).
struct Checkpoint {
  static constexpr size_t kMostWindow = 32768;

  uint64_t plain_offset = 0;   // of the first byte that decoding from here gives
  uint64_t stored_offset = 0;  // of the first byte that it needs
  bool inside_member = false;  // the rest is for these
  uint8_t used_bits = 0;    // 0 to 7: lowest bits of the first byte that belong to what was before
  uint32_t member_crc = 0;  // CRC-32 and length (modulo 2^32) of the member's bytes before
  uint32_t member_size = 0;
  std::vector<uint8_t> window{};  // the plain bytes before, at most kMostWindow

  bool operator==(const Checkpoint&) const = default;
};

// Is asked while a stream is decoded, on the thread that reads it.
class CheckpointSink {
 public:
  virtual ~CheckpointSink() = default;

  // Whether the next place that is found at `plain_offset` or behind it is worth keeping.
  virtual bool wanted(uint64_t plain_offset) const noexcept = 0;
  virtual void add(Checkpoint checkpoint) = 0;
};

}  // namespace gophercap::io
