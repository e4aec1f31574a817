#include "base/characters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace gophercap {
namespace {

struct Range {
  char32_t first, last;
};

constexpr std::array<Range, 11> kUnprintable = {{{0x0000, 0x001f},
                                                 {0x007f, 0x009f},
                                                 {0x061c, 0x061c},
                                                 {0x115f, 0x1160},
                                                 {0x180e, 0x180e},
                                                 {0x200b, 0x200f},
                                                 {0x2028, 0x202e},
                                                 {0x2060, 0x206f},
                                                 {0xfeff, 0xfeff},
                                                 {0xfff9, 0xfffb},
                                                 {0xe0000, 0xe0fff}}};

// Returns whether a character that escape_json() replaces may begin with this byte.
bool may_be_unprintable(char c) noexcept {
  return static_cast<uint8_t>(c) >= 0x7f;
}

}  // namespace

Character first_character(std::string_view text) noexcept {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {text.substr(0, 1), lead, true};
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {text.substr(0, 1)};
  char32_t code = lead & (0x7fU >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {text.substr(0, 1)};
    code = (code << 6) | (byte(i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff)
    return {text.substr(0, 1)};
  return {text.substr(0, length), code, true};
}

bool is_unprintable(char32_t code) noexcept {
  return std::ranges::any_of(kUnprintable,
                             [code](const Range& r) { return code >= r.first && code <= r.last; });
}

void append_json_escape(std::string& out, char32_t code) {
  const auto unit = [&](uint32_t value) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", value);
  };
  if (code <= 0xffff) {
    unit(code);
    return;
  }
  const uint32_t above = static_cast<uint32_t>(code) - 0x10000;
  unit(0xd800 + (above >> 10));
  unit(0xdc00 + (above & 0x3ffU));
}

std::string escape_json(std::string json) {
  if (std::ranges::none_of(json, may_be_unprintable)) return json;
  std::string out;
  out.reserve(json.size());
  for (std::string_view rest = json; !rest.empty();) {
    const Character c = first_character(rest);
    if (c.valid && c.code >= 0x20 && is_unprintable(c.code)) {
      append_json_escape(out, c.code);
    } else {
      out += c.bytes;
    }
    rest.remove_prefix(c.bytes.size());
  }
  return out;
}

}  // namespace gophercap
