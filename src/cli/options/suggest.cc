#include "cli/options/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/text/ascii.h"

namespace gophercap::cli {
namespace {

// Longer than any of our names; limits the size of the table.
constexpr size_t kLongest = 64;

}  // namespace

size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, kLongest);
  b = b.substr(0, kLongest);
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = last[j - 1] + (ascii_lower(a[i - 1]) == ascii_lower(b[j - 1]) ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && ascii_lower(a[i - 1]) == ascii_lower(b[j - 2]) &&
          ascii_lower(a[i - 2]) == ascii_lower(b[j - 1])) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string_view nearest(std::string_view typed, std::span<const std::string_view> candidates) {
  if (typed.empty()) return {};
  std::string_view best;
  std::string_view completed;
  size_t completions = 0;
  size_t best_distance = std::max<size_t>(1, typed.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > typed.size() && candidate.starts_with(typed)) {
      completed = candidate;
      ++completions;
    }
    const size_t distance = edit_distance(typed, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return completions == 1 ? completed : best;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> candidates,
                         std::string_view prefix) {
  const std::string_view name = nearest(typed, candidates);
  return name.empty() ? std::string{} : fmt::format("did you mean {}{}?", prefix, name);
}

}  // namespace gophercap::cli
