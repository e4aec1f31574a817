// Lower case without locales: names of options, commands, keys and units are ASCII.
#pragma once

#include <string>
#include <string_view>

namespace gophercap::cli {

inline char ascii_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string ascii_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = ascii_lower(c);
  return result;
}

}  // namespace gophercap::cli
