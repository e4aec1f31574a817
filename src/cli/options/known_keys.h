// Configuration keys that are not in option_table.h.
#pragma once

#include <span>
#include <string_view>

namespace gophercap::cli {

// Keys of the original that have no effect here but must be accepted, because files of the original
// must load.
std::span<const std::string_view> unused_keys();

// Keys by which versions 0.1 to 0.3.2 of the original called those of today.
struct OldKey {
  std::string_view old_name;
  std::string_view key;
};
std::span<const OldKey> old_keys();

}  // namespace gophercap::cli
