// Characters of text from outside that must not reach a terminal as they are. One table for
// everything that is printed or written: lines of text (cli/text/escape.h) and JSON.
#pragma once

#include <string>
#include <string_view>

namespace gophercap {

struct Character {
  std::string_view bytes;
  char32_t code = 0;
  bool valid = false;
};

// The first character of UTF-8 text, which must not be empty; an invalid one is one byte long.
// Overlong forms, surrogates and codes above U+10FFFF are invalid.
Character first_character(std::string_view text) noexcept;

// Controls (C0, DEL, C1) and what makes text look like another: line and paragraph separators,
// bidirectional controls, zero-width characters, tags.
bool is_unprintable(char32_t code) noexcept;

// Appends the character as JSON's \uXXXX, as a pair of surrogates above U+FFFF.
void append_json_escape(std::string& out, char32_t code);

// JSON text in which characters that are unprintable above U+001F are written as \uXXXX: the same
// values for every parser. Below U+0020 stand only line ends between values; the writer has escaped
// the others. REQUIRES: valid JSON, in which such characters stand in strings only.
std::string escape_json(std::string json);

}  // namespace gophercap
