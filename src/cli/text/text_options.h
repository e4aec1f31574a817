// How much of a result its text shows.
#pragma once

#include <cstddef>

namespace gophercap::cli {

struct TextOptions {
  // On a terminal, names are shortened to `width`, and of more than kMaxTableFiles files only the
  // largest are shown. Otherwise every file has its row, unshortened.
  bool terminal = false;
  size_t width = 80;
};

inline constexpr size_t kMaxTableFiles = 40;
inline constexpr size_t kLargestShown = 10;
inline constexpr size_t kMaxDamageShown = 20;

}  // namespace gophercap::cli
