#include "rewrite/ipv6_options.h"

#include <algorithm>
#include <cstddef>

#include "base/bytes.h"
#include "packet/layers.h"

namespace gophercap::rewrite {
namespace {

constexpr uint8_t kPad1 = 0;
constexpr uint8_t kPadN = 1;
constexpr uint8_t kJumbo = 0xc2;
constexpr uint8_t kHomeAddress = 0xc9;
constexpr uint32_t kJumboBytes = 6;

// Calls visit(type, offset, bytes) for each option, until it returns false.
template <class Visit>
void walk_options(const uint8_t* header, uint32_t bytes, Visit&& visit) {
  for (uint32_t at = 2; at < bytes;) {
    const bool one = header[at] == kPad1;
    if (!one && bytes - at < 2) return;
    const uint32_t length = one ? 1 : 2u + header[at + 1];
    if (length > bytes - at || !visit(header[at], at, length)) return;
    at += length;
  }
}

// Returns the offset of the option for jumbograms; 0 if there is none.
uint32_t find_jumbo(const uint8_t* header, uint32_t bytes) noexcept {
  uint32_t found = 0;
  walk_options(header, bytes, [&](uint8_t type, uint32_t at, uint32_t length) noexcept {
    if (type == kJumbo && length == kJumboBytes) found = at;
    return found == 0;
  });
  return found;
}

bool has_option(const uint8_t* header, uint32_t bytes, uint8_t wanted) noexcept {
  bool found = false;
  walk_options(header, bytes, [&](uint8_t type, uint32_t, uint32_t) noexcept {
    found = type == wanted;
    return !found;
  });
  return found;
}

}  // namespace

Ipv6Extension look_at_extension(uint16_t protocol, const uint8_t* header, uint32_t bytes) noexcept {
  Ipv6Extension seen;
  switch (protocol) {
    case packet::kIpHopByHop:
      if (const uint32_t at = find_jumbo(header, bytes))
        seen.jumbo_bytes = load_be32(header + at + 2);
      break;
    case packet::kIpRouting:
      seen.bound = header[3] != 0 && end_of_route(packet::kIpRouting, header, bytes) == nullptr;
      break;
    case packet::kIpDestinationOptions:
      seen.bound = has_option(header, bytes, kHomeAddress);
      break;
    case packet::kIpAuthentication:
      seen.bound = true;
      break;
    default:
      break;
  }
  return seen;
}

const uint8_t* end_of_route(uint8_t protocol, const uint8_t* header, uint32_t bytes) noexcept {
  constexpr uint8_t kSegmentRouting = 4;  // the list begins with the last one (RFC 8754)
  if (protocol != packet::kIpRouting || header[3] == 0 || bytes < 24) return nullptr;
  switch (header[2]) {
    case 0:
    case 2:
      return header + 8 + size_t{(bytes - 24) / 16} * 16;
    case kSegmentRouting:
      return header + 8;
    default:
      return nullptr;
  }
}

bool is_only_jumbo(const uint8_t* header, uint32_t bytes) noexcept {
  if (find_jumbo(header, bytes) == 0) return false;
  bool only = true;
  walk_options(header, bytes, [&](uint8_t type, uint32_t, uint32_t) noexcept {
    only = type == kPad1 || type == kPadN || type == kJumbo;
    return only;
  });
  return only;
}

void blank_jumbo(uint8_t* header, uint32_t bytes) noexcept {
  const uint32_t at = find_jumbo(header, bytes);
  if (at == 0) return;
  header[at] = kPadN;
  header[at + 1] = kJumboBytes - 2;
  std::fill_n(header + at + 2, kJumboBytes - 2, uint8_t{0});
}

}  // namespace gophercap::rewrite
