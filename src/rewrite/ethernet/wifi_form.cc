#include "rewrite/ethernet/wifi_form.h"

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"
#include "packet/wifi.h"

namespace gophercap::rewrite {
namespace {

using tl::unexpected;

Form data_frame(Cursor cursor, bool has_fcs, bool payload_is_aligned) noexcept {
  if (has_fcs) cursor.end -= std::min(cursor.end, 4u);
  const auto header = packet::read_wifi(cursor.here(), cursor.left(), payload_is_aligned);
  if (!header) return unexpected(packet::LeftOut::kIncomplete);
  if (!header->has_payload) return unexpected(packet::LeftOut::kSignalling);
  if (header->encrypted) return unexpected(packet::LeftOut::kEncrypted);
  if (header->fragment) return unexpected(packet::LeftOut::kWifiFragment);
  if (!cursor.has(header->header_bytes)) return unexpected(packet::LeftOut::kIncomplete);
  const uint8_t* at = cursor.here();
  cursor.at += header->header_bytes;
  if (header->aggregate) {
    return EthernetForm{.begin = cursor.at,
                        .end = std::max(cursor.at, cursor.end),
                        .has_destination = true,
                        .has_source = true,
                        .aggregate = true};
  }
  Form form = llc_payload(cursor);
  if (!form) return form;
  // Four addresses, of which the stations and the access points share the first two (table 9-30).
  const uint8_t* const addresses[] = {at + 4, at + 10, at + 16, at + 24};
  put_destination(*form, addresses[header->to_ds ? 2 : 0]);
  put_source(*form, addresses[!header->from_ds ? 1 : header->to_ds ? 3 : 2]);
  return form;
}

}  // namespace

Form wifi(Cursor cursor, bool has_fcs) noexcept {
  return data_frame(cursor, has_fcs, false);
}

Form radiotap(Cursor cursor) noexcept {
  const auto header = packet::read_radiotap(cursor.here(), cursor.left());
  if (!header || !cursor.has(header->header_bytes)) return unexpected(packet::LeftOut::kIncomplete);
  cursor.at += header->header_bytes;
  return data_frame(cursor, header->has_fcs, header->payload_is_aligned);
}

// AVS has the byte order of networks, Prism that of the machine that captured.
Form prism(Cursor cursor) noexcept {
  if (!cursor.has(8)) return unexpected(packet::LeftOut::kIncomplete);
  const bool avs = load_be32(cursor.here()) >> 12 == 0x80211;
  uint32_t header_bytes = load_le32(cursor.here() + 4);
  if (avs || header_bytes > 0xffff) header_bytes = load_be32(cursor.here() + 4);
  if (header_bytes < 8 || !cursor.has(header_bytes))
    return unexpected(packet::LeftOut::kIncomplete);
  cursor.at += header_bytes;
  return data_frame(cursor, false, false);
}

}  // namespace gophercap::rewrite
