#include "rewrite/ethernet/link_payload.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "packet/layers.h"

namespace gophercap::rewrite {
namespace {

using tl::unexpected;

constexpr uint16_t kLeastEtherType = 0x600;  // below, it is a length
constexpr uint16_t kMostLength = 1500;

}  // namespace

void put_type(EthernetForm& form, uint16_t type) noexcept {
  form.header[kAddressesBytes] = static_cast<uint8_t>(type >> 8);
  form.header[kAddressesBytes + 1] = static_cast<uint8_t>(type);
}

void put_source(EthernetForm& form, const uint8_t* address) noexcept {
  std::memcpy(form.header.data() + 6, address, 6);
  form.has_source = true;
}
void put_destination(EthernetForm& form, const uint8_t* address) noexcept {
  std::memcpy(form.header.data(), address, 6);
  form.has_destination = true;
}

Form payload(const Cursor& cursor, uint16_t type) noexcept {
  if (type < kLeastEtherType) return unexpected(packet::LeftOut::kProtocol);
  EthernetForm form{.begin = cursor.at, .end = std::max(cursor.at, cursor.end)};
  put_type(form, type);
  return form;
}

Form llc_payload(Cursor cursor) noexcept {
  if (cursor.has(8)) {
    const uint8_t* llc = cursor.here();
    const bool snap = llc[0] == 0xaa && llc[1] == 0xaa && llc[2] == 0x03 && llc[3] == 0 &&
                      llc[4] == 0 && (llc[5] == 0 || llc[5] == 0xf8);
    const uint16_t type = load_be16(llc + 6);
    if (snap && type >= kLeastEtherType) {
      cursor.at += 8;
      return payload(cursor, type);
    }
  }
  const uint32_t length = cursor.end - std::min(cursor.at, cursor.end);
  if (length == 0) return unexpected(packet::LeftOut::kIncomplete);
  if (length > kMostLength) return unexpected(packet::LeftOut::kProtocol);
  EthernetForm form{.begin = cursor.at, .end = cursor.end};
  put_type(form, static_cast<uint16_t>(length));
  return form;
}

Form whole_frame(const Cursor& cursor) noexcept {
  if (!cursor.has(packet::kEthernetHeaderBytes)) return unexpected(packet::LeftOut::kIncomplete);
  return EthernetForm{.header_bytes = 0,
                      .begin = cursor.at,
                      .end = cursor.end,
                      .has_destination = true,
                      .has_source = true};
}

Form ip_payload(const Cursor& cursor) noexcept {
  if (!cursor.has(1)) return unexpected(packet::LeftOut::kIncomplete);
  const unsigned version = *cursor.here() >> 4;
  if (version == 4) return payload(cursor, packet::kEtherIpv4);
  if (version == 6) return payload(cursor, packet::kEtherIpv6);
  return unexpected(packet::LeftOut::kProtocol);
}

}  // namespace gophercap::rewrite
