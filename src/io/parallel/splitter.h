// What a format must provide for a SplitSource: where its compressed bytes can be cut, and how to
// decode the pieces independently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "io/codec/checkpoint.h"
#include "io/codec/input_block.h"
#include "io/codec/stream_decoder.h"
#include "io/memory/byte_buffer.h"

namespace gophercap::io {

struct SplitLimits {
  // Frames are collected up to this size. Smaller pieces cost more in thread switches than they
  // gain; larger ones leave the cache before they are read.
  size_t enough_packed = size_t{256} << 10;
  size_t enough_plain = size_t{512} << 10;
  // Larger frames are decoded in steps by the stream decoder. The largest lz4 blocks (4 MiB) and
  // the usual frames of pzstd (8 MiB plain) must fit.
  size_t most_packed = size_t{6} << 20;
  size_t most_plain = size_t{8} << 20;
};

// Whole consecutive frames (members), or blocks of one frame.
struct Segment {
  // ISA-L 2.30 copies a match before it checks whether its distance reaches beyond the beginning of
  // the data. So the bytes before the output must belong to us.
  static constexpr size_t kGuard = size_t{32} << 10;

  ByteBuffer packed;
  size_t plain_limit = 0;     // upper limit of the decoded size
  uint32_t note = 0;          // for the splitter and its decoder; nobody else uses it
  bool within_frame = false;  // continues the frame of the previous segment
  ByteBuffer room;            // kGuard bytes, then the output
  // The decoded bytes of all frames up to the first damaged one.
  std::span<const uint8_t> plain;  // in `room`
  size_t good_packed = 0;          // how many bytes of `packed` these frames took

  std::span<uint8_t> plain_room() noexcept { return {room.data() + kGuard, plain_limit}; }
};

// Holds the state that a library needs for decoding. Used by one thread at a time, any thread.
class SegmentDecoder {
 public:
  virtual ~SegmentDecoder() = default;

  // Sets plain and good_packed. A frame counts only if the stream decoder would give exactly its
  // bytes and find no fault in it. Errors are left to the stream decoder, which describes them.
  virtual void decode(Segment& segment) = 0;
};

// Not thread-safe.
class Splitter {
 public:
  virtual ~Splitter() = default;

  // Moves frames from `in` to `segment`, which is empty. Returns false, without consuming anything,
  // if no frame can be moved, for whatever reason: too large, damaged, end of input, an input
  // fault.
  virtual bool cut(InputBlock& in, Segment& segment) = 0;

  // Called for each segment after it was decoded, in order. An error comes after the bytes of the
  // segment.
  virtual Result<> check(const Segment& /*segment*/) { return {}; }

  // Called before the stream decoder takes over after the last checked segment. Later segments are
  // put back and cut again. Returns bytes that must be put in front of the input.
  virtual std::vector<uint8_t> resume() { return {}; }

  virtual std::unique_ptr<SegmentDecoder> make_segment_decoder() const = 0;
  // `first` means that nothing of the input has been decoded yet. `checkpoints`, if not null,
  // outlives the decoder and receives places by the number of plain bytes that this decoder has
  // given.
  virtual std::unique_ptr<StreamDecoder> make_stream_decoder(bool first,
                                                             CheckpointSink* checkpoints) const = 0;
};

// For cut(): moves `count` bytes. Returns false if the input ends or fails before; the bytes so far
// have been moved then.
bool take(InputBlock& in, size_t count, ByteBuffer& to);

// For cut(): moves the skippable frame (of zstd and lz4) that begins with `front`. Returns false
// like take(), and also if the segment would exceed the limits.
bool take_skippable(InputBlock& in, std::span<const uint8_t> front, const SplitLimits& limits,
                    Segment& segment);

// For cut(): returns the bytes of `from` after the first `size` to `in`.
void give_back(InputBlock& in, size_t size, ByteBuffer& from);

}  // namespace gophercap::io
