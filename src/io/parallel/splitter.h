// What a format has to say to a SplitSource: where its compressed bytes can be cut, and how the
// pieces are decoded, each without the one before.
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
  // Frames are gathered until there are so many bytes: below that threads cost more than they
  // bring, above it the bytes leave the cache before somebody reads them.
  size_t enough_packed = size_t{256} << 10;
  size_t enough_plain = size_t{512} << 10;
  // What is larger is decoded in steps. Of lz4 the largest blocks (4 MiB), of pzstd the frames of
  // its usual levels (8 MiB) have to fit.
  size_t most_packed = size_t{6} << 20;
  size_t most_plain = size_t{8} << 20;
};

// Frames (members), whole and one after the other, or blocks of one.
struct Segment {
  // ISA-L 2.30 copies a match before it checks whether its distance reaches behind the beginning of
  // the data. The bytes in front of where it writes to must therefore be ours.
  static constexpr size_t kGuard = size_t{32} << 10;

  ByteBuffer packed;
  size_t plain_limit = 0;     // as much may come out of it
  uint32_t note = 0;          // of the splitter to itself and to its decoder
  bool within_frame = false;  // goes on with the frame of the segment before
  ByteBuffer room;            // for kGuard bytes and what comes out
  // What the decoder made of it: frames from the beginning on, all of them if none is damaged.
  std::span<const uint8_t> plain;  // in `room`
  size_t good_packed = 0;          // of `packed`, up to the end of a frame

  std::span<uint8_t> plain_room() noexcept { return {room.data() + kGuard, plain_limit}; }
};

// Keeps what a library needs for decoding. One at a time, but on any thread.
class SegmentDecoder {
 public:
  virtual ~SegmentDecoder() = default;

  // Sets plain and good_packed. A frame counts only if the stream decoder would give exactly its
  // bytes and find nothing wrong with it; that one finds words for all others.
  virtual void decode(Segment& segment) = 0;
};

// Not thread-safe.
class Splitter {
 public:
  virtual ~Splitter() = default;

  // Moves frames from `in` to `segment`, which is empty. False: there is none that can be moved,
  // for whatever reason (too large, damaged, the end, a fault of the input); none is consumed then.
  virtual bool cut(InputBlock& in, Segment& segment) = 0;

  // Called for each segment when it has been decoded, in order. An error stands behind its bytes.
  virtual Result<> check(const Segment& /*segment*/) { return {}; }

  // The stream decoder is going to take what comes behind the last checked segment and what
  // check() took for good of it; later segments come back and are cut once more. Returns what has
  // to stand in front of it.
  virtual std::vector<uint8_t> resume() { return {}; }

  virtual std::unique_ptr<SegmentDecoder> make_segment_decoder() const = 0;
  // `first`: nothing of the input has been decoded before. `checkpoints`, where given, outlives it
  // and is told of places by the plain bytes that this decoder has given.
  virtual std::unique_ptr<StreamDecoder> make_stream_decoder(bool first,
                                                             CheckpointSink* checkpoints) const = 0;
};

// For cut(). False where the input ends or fails before; what there was has been moved then.
bool take(InputBlock& in, size_t count, ByteBuffer& to);

// For cut(): moves the skippable frame (of zstd and lz4) that begins with `front`. As take(), and
// false where the segment would become larger than the limits allow.
bool take_skippable(InputBlock& in, std::span<const uint8_t> front, const SplitLimits& limits,
                    Segment& segment);

// For cut(): gives back to `in` what `from` holds behind `size` bytes.
void give_back(InputBlock& in, size_t size, ByteBuffer& from);

}  // namespace gophercap::io
