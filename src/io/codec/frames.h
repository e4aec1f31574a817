// Finds out where a compressed file may end and where its next frame (member, stream) begins.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "io/codec/input_block.h"

namespace gophercap::io {

// The first bytes of a frame, each compared under its mask.
struct Magic {
  std::array<uint8_t, 6> bytes{};
  std::array<uint8_t, 6> mask{};
  size_t size = 0;

  // Returns whether `front` begins with the magic, or is a prefix of it.
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
    kSkippableMagic;  // used by both zstd and lz4; does not tell which of them follows
extern const Magic kXzMagic;
extern const Magic kBzip2Magic;

enum class Next : uint8_t { kFrame, kEnd };

// A format that consists of consecutive frames.
struct FrameFormat {
  std::string_view name;
  std::span<const Magic* const> magics;
};

// Looks at what follows a frame, or at the beginning of the input if `first`, without consuming any
// part of a frame. In every format, zeros from the end of a frame to the end of the input are
// padding: tapes, disks and some transfers fill their last block. Fails with kTruncated inside a
// magic or if the input is empty, with kCorrupt for anything else that is not a frame.
Result<Next> next_frame(InputBlock& in, const FrameFormat& format, bool first);

// All formats report these errors in the same words.
Error truncated_error(std::string_view format);
Error corrupt_error(std::string_view format, std::string_view what);
Error unsupported_error(std::string_view format, std::string_view what);
Error no_memory_error(std::string_view format);

}  // namespace gophercap::io
