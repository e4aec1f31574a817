#include "rewrite/network/ipv6_path.h"

#include <algorithm>

#include "base/bytes.h"
#include "packet/layers.h"
#include "rewrite/ipv6_options.h"

namespace gophercap::rewrite {
namespace {

constexpr uint8_t kHomeAddress = 0xc9;

bool is_extension(uint8_t protocol) noexcept {
  switch (protocol) {
    case packet::kIpHopByHop:
    case packet::kIpRouting:
    case packet::kIpFragment:
    case packet::kIpAuthentication:
    case packet::kIpDestinationOptions:
    case packet::kIpShim6:
      return true;
    default:
      return false;
  }
}

uint32_t extension_bytes(const Edits& edits, uint32_t at, uint8_t type) noexcept {
  if (type == packet::kIpFragment) return 8;
  const uint32_t length = edits.byte(at + 1);
  return type == packet::kIpAuthentication ? (length + 2) * 4 : (length + 1) * 8;
}

// Calls visit(type, offset, bytes) for each extension header that was captured. Returns whether the
// walk came to something else, and where and what it is.
struct Reached {
  bool all = false;
  uint32_t at = 0;
  uint8_t protocol = 0;
};
template <class Visit>
Reached walk_extensions(const Edits& edits, uint32_t ipv6, const Part& part, Visit&& visit) {
  Reached place{.all = false, .at = ipv6 + 40, .protocol = edits.byte(ipv6 + 6)};
  while (is_extension(place.protocol)) {
    if (!part.has(place.at, 8)) return place;
    const uint32_t bytes = extension_bytes(edits, place.at, place.protocol);
    if (!part.has(place.at, bytes)) return place;
    visit(place.protocol, place.at, bytes);
    const bool later =
        place.protocol == packet::kIpFragment && (edits.word(place.at + 2) & 0xfff8) != 0;
    place.protocol = edits.byte(place.at);
    place.at += bytes;
    if (later) return place;
  }
  place.all = true;
  return place;
}

// Returns the offset of the address in a home address option (RFC 6275); 0 if there is none.
uint32_t home_address(const Edits& edits, uint32_t at, uint32_t bytes) noexcept {
  for (uint32_t option = 2; option + 2 <= bytes;) {
    const uint8_t type = edits.byte(at + option);
    if (type == 0) {
      ++option;
      continue;
    }
    const uint32_t length = edits.byte(at + option + 1);
    if (type == kHomeAddress && length == 16 && option + 18 <= bytes) return at + option + 2;
    option += 2 + length;
  }
  return 0;
}

}  // namespace

Ipv6Path ipv6_path(const Edits& edits, uint32_t at, const Part& part) noexcept {
  Ipv6Path path;
  Datagram& datagram = path.datagram;
  datagram.part = part;
  datagram.ipv6 = true;
  datagram.source = at + 8;
  datagram.destination = at + 24;
  const uint16_t length = edits.word(at + 4);
  if (length != 0) datagram.part.limit(uint64_t{at} + 40 + length, at);
  const Reached reached = walk_extensions(
      edits, at, datagram.part, [&](uint8_t type, uint32_t header, uint32_t bytes) noexcept {
        const uint8_t* const here = edits.at(header);
        if (type == packet::kIpHopByHop && length == 0) {
          const Ipv6Extension seen = look_at_extension(type, here, bytes);
          if (seen.jumbo_bytes)
            datagram.part.limit(uint64_t{at} + 40 + *seen.jumbo_bytes, uint64_t{header} + bytes);
        } else if (type == packet::kIpRouting && here[3] != 0) {
          const uint8_t* const last = end_of_route(type, here, bytes);
          datagram.destination = last == nullptr ? 0 : header + static_cast<uint32_t>(last - here);
        } else if (type == packet::kIpDestinationOptions) {
          if (const uint32_t home = home_address(edits, header, bytes)) datagram.source = home;
        } else if (type == packet::kIpFragment) {
          datagram.fragment = (edits.word(header + 2) & 0xfff9) != 0;
        }
      });
  datagram.at = reached.at;
  datagram.protocol = reached.protocol;
  path.reached = reached.all && reached.at <= datagram.part.end;
  return path;
}

Change rewrite_ipv6_extensions(AddressEditor& editor, uint32_t at, const Part& part) noexcept {
  const Edits& edits = editor.edits();
  Change change;
  (void)walk_extensions(edits, at, part,
                        [&](uint8_t type, uint32_t header, uint32_t bytes) noexcept {
                          if (type == packet::kIpDestinationOptions) {
                            if (const uint32_t home = home_address(edits, header, bytes))
                              change += editor.ipv6(home);
                          }
                          if (type != packet::kIpRouting) return;
                          constexpr uint8_t kSegmentRouting = 4;
                          const uint8_t kind = edits.byte(header + 2);
                          uint32_t count = (bytes - 8) / 16;
                          if (kind == kSegmentRouting)
                            count = std::min(count, edits.byte(header + 4) + 1u);
                          if (kind != 0 && kind != 2 && kind != kSegmentRouting) return;
                          for (uint32_t i = 0; i < count; ++i)
                            change += editor.ipv6(header + 8 + i * 16);
                        });
  return change;
}

}  // namespace gophercap::rewrite
