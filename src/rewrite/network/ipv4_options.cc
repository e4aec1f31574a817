#include "rewrite/network/ipv4_options.h"

#include <algorithm>

namespace gophercap::rewrite {
namespace {

enum OptionType : uint8_t {
  kEnd = 0,
  kNothing = 1,
  kRecordRoute = 7,
  kTimestamp = 68,
  kLooseRoute = 131,
  kStrictRoute = 137,
};

// Calls visit(offset, bytes) for each option that has a length and a pointer.
template <class Visit>
void walk_options(const Edits& edits, uint32_t at, uint32_t end, Visit&& visit) {
  while (at < end && edits.byte(at) != kEnd) {
    if (edits.byte(at) == kNothing) {
      ++at;
      continue;
    }
    if (end - at < 3) return;
    const uint32_t bytes = edits.byte(at + 1);
    if (bytes < 2 || bytes > end - at) return;
    if (bytes >= 3) visit(at, bytes);
    at += bytes;
  }
}

bool is_source_route(uint8_t type) noexcept {
  return type == kLooseRoute || type == kStrictRoute;
}

}  // namespace

uint32_t end_of_ipv4_route(const Edits& edits, uint32_t at, uint32_t end) noexcept {
  uint32_t last = 0;
  walk_options(edits, at, end, [&](uint32_t option, uint32_t bytes) noexcept {
    const bool ahead = is_source_route(edits.byte(option)) && edits.byte(option + 2) <= bytes;
    if (ahead && bytes >= 7) last = option + 3 + ((bytes - 3) / 4 - 1) * 4;
  });
  return last;
}

Change rewrite_ipv4_options(AddressEditor& editor, uint32_t at, uint32_t end) noexcept {
  const Edits& edits = editor.edits();
  Change change;
  walk_options(edits, at, end, [&](uint32_t option, uint32_t bytes) noexcept {
    const uint8_t type = edits.byte(option);
    // The pointer counts from 1. What has not been recorded yet is no address.
    const uint32_t recorded = std::min<uint32_t>(bytes, edits.byte(option + 2) - uint32_t{1});
    uint32_t first = 3;
    uint32_t step = 4;
    uint32_t last = bytes;
    if (type == kRecordRoute) {
      last = edits.byte(option + 2) == 0 ? 0 : recorded;
    } else if (type == kTimestamp && bytes >= 4) {
      constexpr uint8_t kWithAddresses = 1;
      constexpr uint8_t kOfTheseAddresses = 3;
      const uint8_t flag = edits.byte(option + 3) & 0x0f;
      first = 4;
      step = 8;
      if (flag == kWithAddresses) {
        last = edits.byte(option + 2) == 0 ? 0 : recorded;
      } else if (flag != kOfTheseAddresses) {
        return;
      }
    } else if (!is_source_route(type)) {
      return;
    }
    for (uint32_t i = first; i + 4 <= last; i += step) change += editor.ipv4(option + i);
  });
  return change;
}

}  // namespace gophercap::rewrite
