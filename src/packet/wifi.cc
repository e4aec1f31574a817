#include "packet/wifi.h"

#include <algorithm>

#include "base/bytes.h"

namespace gophercap::packet {

std::optional<RadiotapHeader> read_radiotap(const uint8_t* at, uint32_t bytes) noexcept {
  if (bytes < 8 || at[0] != 0) return std::nullopt;
  RadiotapHeader header{.header_bytes = load_le16(at + 2)};
  if (header.header_bytes < 8) return std::nullopt;
  constexpr uint32_t kHasClock = 1;  // 8 bytes, aligned to 8
  constexpr uint32_t kHasFlags = 2;
  constexpr uint8_t kFcs = 0x10;
  constexpr uint8_t kAligned = 0x20;
  const uint32_t present = load_le32(at + 4);
  uint32_t field = 4;  // after the words that list the fields
  for (bool more = true; more; field += 4) {
    if (bytes < field + 4) return header;
    more = (load_le32(at + field) & 0x80000000u) != 0;
  }
  if ((present & kHasClock) != 0) field = (field + 7) / 8 * 8 + 8;
  if ((present & kHasFlags) != 0 && field < std::min(bytes, header.header_bytes)) {
    header.has_fcs = (at[field] & kFcs) != 0;
    header.payload_is_aligned = (at[field] & kAligned) != 0;
  }
  return header;
}

std::optional<WifiHeader> read_wifi(const uint8_t* at, uint32_t bytes,
                                    bool payload_is_aligned) noexcept {
  if (bytes < 10) return std::nullopt;
  WifiHeader header{.type = static_cast<WifiHeader::Type>((at[0] >> 2) & 3u),
                    .to_ds = (at[1] & 0x01) != 0,
                    .from_ds = (at[1] & 0x02) != 0,
                    .encrypted = (at[1] & 0x40) != 0};
  if (header.type == WifiHeader::Type::kControl) {
    // CTS and ACK have one address, other control frames have two.
    header.header_bytes = (at[0] & 0xe0) == 0xc0 ? 10 : 16;
    return header;
  }
  if (bytes < 24) return std::nullopt;
  const bool more_fragments = (at[1] & 0x04) != 0;
  header.fragment = more_fragments || (at[22] & 0x0f) != 0;
  header.header_bytes = 24;
  if (header.type != WifiHeader::Type::kData) return header;
  const bool has_quality = (at[0] & 0x80) != 0;
  const bool has_throughput_control = (at[1] & 0x80) != 0;
  header.has_payload = (at[0] & 0x40) == 0;
  if (header.to_ds && header.from_ds) header.header_bytes += 6;
  const uint32_t quality = header.header_bytes;
  if (has_quality) header.header_bytes += has_throughput_control ? 6 : 2;
  if (bytes < header.header_bytes) return header;
  header.aggregate = has_quality && (at[quality] & 0x80) != 0;
  if (payload_is_aligned) header.header_bytes = (header.header_bytes + 3) / 4 * 4;
  return header;
}

}  // namespace gophercap::packet
