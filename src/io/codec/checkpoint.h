// Places in a compressed stream at which decoding can be resumed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gophercap::io {

// A checkpoint is either between two frames (gzip members, zstd frames, lz4 frames), where no
// earlier data is needed, or between two deflate blocks of a gzip member, which may refer to the 32
// KiB before them (as in zlib's example zran.c).
struct Checkpoint {
  static constexpr size_t kMostWindow = 32768;

  uint64_t plain_offset = 0;   // of the first byte that decoding from here produces
  uint64_t stored_offset = 0;  // of the first compressed byte that decoding needs
  bool inside_member = false;  // true: between deflate blocks; the following fields apply
  uint8_t used_bits = 0;       // 0 to 7: number of low bits of the first byte that belong to the
                               // previous block
  uint32_t member_crc = 0;     // CRC-32 and length (modulo 2^32) of the member's bytes before this
                               // place
  uint32_t member_size = 0;
  std::vector<uint8_t> window{};  // the plain bytes before this place, at most kMostWindow

  bool operator==(const Checkpoint&) const = default;
};

// Receives checkpoints while a stream is decoded. Called on the thread that reads the stream.
class CheckpointSink {
 public:
  virtual ~CheckpointSink() = default;

  // Returns whether the next checkpoint at or after `plain_offset` is worth keeping.
  virtual bool wanted(uint64_t plain_offset) const noexcept = 0;
  virtual void add(Checkpoint checkpoint) = 0;
};

}  // namespace gophercap::io
