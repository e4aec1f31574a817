// A decoder that decodes the frames of a format one after the other, in steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "io/codec/input_block.h"

namespace gophercap::io {

enum class Decoding : uint8_t { kMore, kEnd };

// Each step has the same room for its output (kDecodingStep), whatever the size of the caller's
// buffer. How soon a library notices damage depends on that room, and all readers must get the same
// bytes from a damaged file: otherwise a replay would see other packets than the map has announced.
inline constexpr size_t kDecodingStep = size_t{128} << 10;

// Not thread-safe.
class StreamDecoder {
 public:
  virtual ~StreamDecoder() = default;

  // Decodes one step. Sets `produced` (initially 0) to the number of bytes written to `out`, also
  // on failure. Returns kEnd at a valid end of the input. Must not be called again after kEnd or an
  // error.
  virtual Result<Decoding> decode(InputBlock& in, std::span<uint8_t> out, size_t& produced) = 0;

  // True if the last step completed a frame, so that another decoder may continue with the next
  // one.
  virtual bool between_frames() const noexcept = 0;
};

}  // namespace gophercap::io
