// Finds characters in untrusted text that must not reach a terminal unescaped. All output uses this
// one table: lines of text (cli/text/escape.h) and JSON.
#pragma once

#include <string>
#include <string_view>

namespace gophercap {

struct Character {
  std::string_view bytes;
  char32_t code = 0;
  bool valid = false;
};

// Returns the first character of UTF-8 text, which must not be empty. An invalid character is one
// byte long. Overlong forms, surrogates and codes above U+10FFFF are invalid.
Character first_character(std::string_view text) noexcept;

// True for controls (C0, DEL, C1) and for characters that can disguise text: line and paragraph
// separators, bidirectional controls, zero-width characters, tags.
bool is_unprintable(char32_t code) noexcept;

// Appends the character as \uXXXX of JSON, as a surrogate pair above U+FFFF.
void append_json_escape(std::string& out, char32_t code);

// Returns the JSON text with unprintable characters above U+001F written as \uXXXX; parsers read
// the same values. Characters below U+0020 can only be line ends between values, because the JSON
// writer has escaped all others. REQUIRES: valid JSON, so such characters occur only in strings.
std::string escape_json(std::string json);

}  // namespace gophercap
