#include "cli/text/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/characters.h"

namespace gophercap::cli {
namespace {

struct Range {
  char32_t first, last;
};

template <size_t N>
bool in(const std::array<Range, N>& ranges, char32_t code) {
  return std::ranges::any_of(ranges,
                             [code](const Range& r) { return code >= r.first && code <= r.last; });
}

// The blocks of combining marks and wide characters that occur in practice; an error of one column
// for a rare script is harmless.
constexpr std::array<Range, 7> kZeroWidth = {{{0x0300, 0x036f},
                                              {0x0483, 0x0489},
                                              {0x0591, 0x05bd},
                                              {0x064b, 0x065f},
                                              {0x1ab0, 0x1aff},
                                              {0x20d0, 0x20ff},
                                              {0xfe00, 0xfe0f}}};
constexpr std::array<Range, 12> kWide = {{{0x1100, 0x115f},
                                          {0x2e80, 0x303e},
                                          {0x3041, 0x33ff},
                                          {0x3400, 0x4dbf},
                                          {0x4e00, 0x9fff},
                                          {0xa000, 0xa4cf},
                                          {0xac00, 0xd7a3},
                                          {0xf900, 0xfaff},
                                          {0xfe30, 0xfe6f},
                                          {0xff00, 0xff60},
                                          {0x1f300, 0x1faff},
                                          {0x20000, 0x3fffd}}};

size_t width_of(char32_t code) {
  if (code < 0x300) return 1;
  return in(kZeroWidth, code) ? 0 : in(kWide, code) ? 2 : 1;
}

void append_escaped(std::string& result, const Character& c) {
  const auto byte = static_cast<uint8_t>(c.bytes[0]);
  if (!c.valid || byte < 0x20 || byte == 0x7f) {
    switch (byte) {
      case '\n':
        result += "\\n";
        return;
      case '\r':
        result += "\\r";
        return;
      case '\t':
        result += "\\t";
        return;
      default:
        result += fmt::format("\\x{:02x}", byte);
        return;
    }
  }
  if (is_unprintable(c.code)) {
    result += fmt::format("\\u{{{:x}}}", static_cast<uint32_t>(c.code));
  } else {
    result += c.bytes;
  }
}

std::vector<Character> characters(std::string_view text) {
  std::vector<Character> result;
  while (!text.empty()) {
    result.push_back(first_character(text));
    text.remove_prefix(result.back().bytes.size());
  }
  return result;
}

constexpr std::string_view kEllipsis = "…";

}  // namespace

std::string escape_text(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character c = first_character(text);
    append_escaped(result, c);
    text.remove_prefix(c.bytes.size());
  }
  return result;
}

size_t display_width(std::string_view escaped) {
  size_t width = 0;
  while (!escaped.empty()) {
    const Character c = first_character(escaped);
    width += width_of(c.code);
    escaped.remove_prefix(c.bytes.size());
  }
  return width;
}

std::string elide_middle(std::string_view escaped, size_t columns) {
  if (display_width(escaped) <= columns) return std::string(escaped);
  if (columns == 0) return {};
  const std::vector<Character> all = characters(escaped);
  const size_t room = columns - 1;
  // The end of a path (the name) gets the extra column.
  std::string head;
  size_t used = 0;
  for (const Character& c : all) {
    if (used + width_of(c.code) > room / 2) break;
    used += width_of(c.code);
    head += c.bytes;
  }
  size_t tail_begin = all.size();
  while (tail_begin > 0 && used + width_of(all[tail_begin - 1].code) <= room) {
    --tail_begin;
    used += width_of(all[tail_begin].code);
  }
  head += kEllipsis;
  for (size_t i = tail_begin; i < all.size(); ++i) head += all[i].bytes;
  return head;
}

std::string elide_end(std::string_view escaped, size_t columns) {
  if (display_width(escaped) <= columns) return std::string(escaped);
  if (columns == 0) return {};
  std::string result;
  size_t used = 0;
  for (const Character& c : characters(escaped)) {
    if (used + width_of(c.code) > columns - 1) break;
    used += width_of(c.code);
    result += c.bytes;
  }
  result += kEllipsis;
  return result;
}

}  // namespace gophercap::cli
