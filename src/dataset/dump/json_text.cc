#include "dataset/dump/json_text.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "base/characters.h"

namespace gophercap::dataset {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool is_continuation(char c) {
  return (static_cast<uint8_t>(c) & 0xc0) == 0x80;
}

// Returns the length of the longest sequence with this lead byte; 0 if it is not a lead byte.
size_t sequence_length(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  if (byte < 0x80) return 1;
  if (byte >= 0xc2 && byte <= 0xdf) return 2;
  if (byte >= 0xe0 && byte <= 0xef) return 3;
  if (byte >= 0xf0 && byte <= 0xf4) return 4;
  return 0;
}

// Returns the length of the well-formed sequence at the front of `bytes`, or 0. The validator also
// rejects overlong forms, surrogates and numbers above U+10FFFF.
size_t well_formed_front(std::string_view bytes) {
  const size_t length = sequence_length(bytes.front());
  if (length <= 1) return length;
  if (bytes.size() < length) return 0;
  const bool continued = std::all_of(
      bytes.begin() + 1, bytes.begin() + static_cast<std::ptrdiff_t>(length), is_continuation);
  return continued && is_utf8(bytes.substr(0, length)) ? length : 0;
}

// Returns whether a character that begins with this byte may have to be escaped.
bool may_need_escape(char c) {
  return static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) >= 0x7f || c == '"' || c == '\\';
}

void append_escaped(std::string& out, const Character& c) {
  switch (c.code) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      if (is_unprintable(c.code)) {
        append_json_escape(out, c.code);
      } else {
        out += c.bytes;
      }
      break;
  }
}

}  // namespace

bool is_utf8(std::string_view bytes) noexcept {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

std::string utf8_or_replaced(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const size_t length = well_formed_front(bytes);
    text += length == 0 ? kReplacement : bytes.substr(0, length);
    bytes.remove_prefix(std::max<size_t>(length, 1));
  }
  return text;
}

void JsonText::open(char bracket) {
  begin_value();
  text_ += bracket;
  ++depth_;
  first_ = true;
}

void JsonText::close(char bracket) {
  --depth_;
  if (!first_) {
    text_ += '\n';
    text_.append(depth_ * 2, ' ');
  }
  text_ += bracket;
  first_ = false;
}

void JsonText::begin_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!first_) text_ += ',';
  if (depth_ > 0) text_ += '\n';
  text_.append(depth_ * 2, ' ');
  first_ = false;
}

void JsonText::key(std::string_view name) {
  begin_value();
  text_ += '"';
  text_ += name;  // one of our own names, which needs no escaping
  text_ += "\": ";
  after_key_ = true;
}

void JsonText::value(std::string_view text) {
  if (!is_utf8(text)) return value(utf8_or_replaced(text));
  begin_value();
  text_ += '"';
  if (std::none_of(text.begin(), text.end(), may_need_escape)) {
    text_ += text;
  } else {
    while (!text.empty()) {
      const Character c = first_character(text);
      append_escaped(text_, c);
      text.remove_prefix(c.bytes.size());
    }
  }
  text_ += '"';
}

void JsonText::value(uint64_t number) {
  begin_value();
  const fmt::format_int digits(number);
  text_.append(digits.data(), digits.size());
}

void JsonText::value(int64_t number) {
  begin_value();
  const fmt::format_int digits(number);
  text_.append(digits.data(), digits.size());
}

void JsonText::value(double number) {
  begin_value();
  fmt::format_to(std::back_inserter(text_), "{}", number);
}

void JsonText::value(bool truth) {
  begin_value();
  text_ += truth ? "true" : "false";
}

}  // namespace gophercap::dataset
