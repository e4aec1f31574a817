#include "io/codec/frames.h"

#include <algorithm>
#include <cerrno>
#include <string>

namespace gophercap::io {
namespace {

constexpr uint8_t kAll = 0xff;
constexpr uint8_t kHighHalf = 0xf0;

bool is_zero(uint8_t byte) {
  return byte == 0;
}

Result<Next> skip_zeros(InputBlock& in, const FrameFormat& format) {
  while (true) {
    TRY(const std::span<const uint8_t> bytes, in.peek(1));
    if (bytes.empty()) return Next::kEnd;
    if (!std::all_of(bytes.begin(), bytes.end(), is_zero)) {
      return corrupt_error(format.name, "is followed by garbage");
    }
    in.advance(static_cast<ptrdiff_t>(bytes.size()));
  }
}

}  // namespace

const Magic kGzipMagic{{0x1f, 0x8b}, {kAll, kAll}, 2};
const Magic kZstdMagic{{0x28, 0xb5, 0x2f, 0xfd}, {kAll, kAll, kAll, kAll}, 4};
const Magic kLz4Magic{{0x04, 0x22, 0x4d, 0x18}, {kAll, kAll, kAll, kAll}, 4};
const Magic kLz4LegacyMagic{{0x02, 0x21, 0x4c, 0x18}, {kAll, kAll, kAll, kAll}, 4};
const Magic kSkippableMagic{{0x50, 0x2a, 0x4d, 0x18}, {kHighHalf, kAll, kAll, kAll}, 4};
const Magic kXzMagic{{0xfd, '7', 'z', 'X', 'Z', 0x00}, {kAll, kAll, kAll, kAll, kAll, kAll}, 6};
const Magic kBzip2Magic{{'B', 'Z', 'h', '0'}, {kAll, kAll, kAll, kHighHalf}, 4};

bool Magic::agrees_with(std::span<const uint8_t> front) const noexcept {
  const size_t count = std::min(front.size(), size);
  for (size_t i = 0; i < count; ++i) {
    if ((front[i] & mask[i]) != bytes[i]) return false;
  }
  return true;
}

Result<Next> next_frame(InputBlock& in, const FrameFormat& format, bool first) {
  constexpr size_t kLongestMagic = 6;
  TRY(const std::span<const uint8_t> front, in.peek(kLongestMagic));
  if (front.empty()) {
    if (first) return truncated_error(format.name);
    return Next::kEnd;
  }
  for (const Magic* magic : format.magics) {
    if (magic->begins(front)) return Next::kFrame;
    if (magic->agrees_with(front)) return truncated_error(format.name);
  }
  if (first) return corrupt_error(format.name, "has no valid beginning");
  if (front[0] == 0) return skip_zeros(in, format);
  return corrupt_error(format.name, "is followed by garbage");
}

Error truncated_error(std::string_view format) {
  return {Errc::kTruncated, 0, std::string(format) + " data ends in the middle"};
}

Error corrupt_error(std::string_view format, std::string_view what) {
  return {Errc::kCorrupt, 0, std::string(format) + " data " + std::string(what)};
}

Error unsupported_error(std::string_view format, std::string_view what) {
  return {Errc::kUnsupported, 0, std::string(format) + " data " + std::string(what)};
}

Error no_memory_error(std::string_view format) {
  return errno_error(ENOMEM, std::string(format) + " data");
}

}  // namespace gophercap::io
