#include "io/codec/zstd_header.h"

#include <array>

#include "base/bytes.h"
#include "io/codec/frames.h"

namespace gophercap::io {

std::optional<ZstdHeader> read_zstd_header(std::span<const uint8_t> front) {
  constexpr size_t kMagic = 4;
  constexpr std::array<size_t, 4> kDictionaryIdBytes = {0, 1, 2, 4};
  constexpr std::array<size_t, 4> kContentSizeBytes = {0, 2, 4, 8};
  if (front.size() <= kMagic || !kZstdMagic.begins(front)) return std::nullopt;
  const uint8_t descriptor = front[kMagic];
  const bool single_segment = (descriptor & 0x20) != 0;
  const size_t id_bytes = kDictionaryIdBytes[descriptor & 0x03];
  size_t content_size_bytes = kContentSizeBytes[descriptor >> 6];
  if (single_segment && content_size_bytes == 0) content_size_bytes = 1;
  ZstdHeader header;
  header.checksum = (descriptor & 0x04) != 0;
  header.size = kMagic + 1 + (single_segment ? 0 : 1) + id_bytes + content_size_bytes;
  if ((descriptor & 0x08) != 0 || id_bytes != 0 || front.size() < header.size) return std::nullopt;
  if (!single_segment) {
    const uint8_t window = front[kMagic + 1];
    const uint64_t base = uint64_t{1} << (10 + (window >> 3));
    header.window_bytes = base + base / 8 * (window & 0x07);
  }
  const uint8_t* const field = front.data() + header.size - content_size_bytes;
  if (content_size_bytes == 1) header.content_bytes = field[0];
  if (content_size_bytes == 2) header.content_bytes = uint64_t{load_le16(field)} + 256;
  if (content_size_bytes == 4) header.content_bytes = load_le32(field);
  if (content_size_bytes == 8) header.content_bytes = load_le64(field);
  if (single_segment) header.window_bytes = *header.content_bytes;
  return header;
}

}  // namespace gophercap::io
