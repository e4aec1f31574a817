// "Did you mean …?"
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace gophercap::cli {

// Counts insertions, deletions, replacements and swaps of adjacent letters (each at most once per
// place). Case is ignored.
size_t edit_distance(std::string_view a, std::string_view b);

// Returns the candidate that `typed` was probably meant to be: the only one that begins with it,
// otherwise the most similar one within a third of its length. Empty if none is similar.
std::string_view nearest(std::string_view typed, std::span<const std::string_view> candidates);

// Returns "did you mean <prefix><nearest>?", or "".
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> candidates,
                         std::string_view prefix = {});

}  // namespace gophercap::cli
