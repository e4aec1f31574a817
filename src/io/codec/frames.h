// Where a compressed file may end, and where its next frame (member, stream) must begin.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "io/codec/input_block.h"

namespace gophercap::io {

// First bytes of a frame; a byte counts as far as its mask goes.
struct Magic {
  std::array<uint8_t, 6> bytes{};
  std::array<uint8_t, 6> mask{};
  size_t size = 0;

  // Whether `front` begins with the magic, or with as much of it as `front` has room for.
  bool agrees_with(std::span<const uint8_t> front) const noexcept;
  bool begins(std::span<const uint8_t> front) const noexcept {
    return front.size() >= size && agrees_with(front);
  }
};

extern const Magic kGzipMagic;
extern const Magic kZstdMagic;
extern const Magic kLz4Magic;
extern const Magic kLz4LegacyMagic;
extern const Magic
    kSkippableMagic;  // of zstd and lz4 alike; says nothing about which of them follows
extern const Magic kXzMagic;
extern const Magic kBzip2Magic;

enum class Next : uint8_t { kFrame, kEnd };

// Frames of one format, one after another.
struct FrameFormat {
  std::string_view name;
  std::span<const Magic* const> magics;
};

// Looks at what stands behind a frame, or at the very beginning where `first`. Consumes nothing of
// a frame. Zeros behind a frame and up to the end of the input are padding, in any format: tapes,
// disks and some transfers fill their last block. Fails with kTruncated within a magic or at the
// end of an empty input, with kCorrupt on anything that is no frame.
Result<Next> next_frame(InputBlock& in, const FrameFormat& format, bool first);

// The errors of all formats in the same words.
Error truncated_error(std::string_view format);
Error corrupt_error(std::string_view format, std::string_view what);
Error unsupported_error(std::string_view format, std::string_view what);
Error no_memory_error(std::string_view format);

}  // namespace gophercap::io
