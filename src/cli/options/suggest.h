// "Did you mean …?"
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace gophercap::cli {

// Insertions, deletions, replacements and swaps of neighbours (each once per place), upper and
// lower case alike.
size_t edit_distance(std::string_view a, std::string_view b);

// The candidate that `typed` was probably meant to be: the only one it is the beginning of, else
// the nearest within a third of its length. Empty: nothing is near.
std::string_view nearest(std::string_view typed, std::span<const std::string_view> candidates);

// "did you mean <prefix><nearest>?", or empty.
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> candidates,
                         std::string_view prefix = {});

}  // namespace gophercap::cli
