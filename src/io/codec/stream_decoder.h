// A decoder that takes the frames of a format one after the other, in steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "io/codec/input_block.h"

namespace gophercap::io {

enum class Decoding : uint8_t { kMore, kEnd };

// Each step has the same room for its output (kDecodingStep), whatever the caller's buffer is. How
// soon a library notices damage depends on that room, and a file must give the same bytes to each
// of its readers: else a replay would meet other packets than the map announced.
inline constexpr size_t kDecodingStep = size_t{128} << 10;

// Not thread-safe.
class StreamDecoder {
 public:
  virtual ~StreamDecoder() = default;

  // Takes one step: sets `produced` (0 at first) to the bytes that it wrote to `out`, also where it
  // fails, and says kEnd where the input ends and may end. It is not called again after kEnd or an
  // error.
  virtual Result<Decoding> decode(InputBlock& in, std::span<uint8_t> out, size_t& produced) = 0;

  // Whether the last step has taken a frame to its end, so that what comes next is none of this
  // decoder's affair if somebody else likes to have it.
  virtual bool between_frames() const noexcept = 0;
};

}  // namespace gophercap::io
