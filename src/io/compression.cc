#include "io/compression.h"

#include <algorithm>
#include <array>

namespace gophercap::io {
namespace {

struct Ending {
  std::string_view text;  // lower case
  Compression compression;
};
// The first entry for a compression is the usual one.
constexpr std::array<Ending, 6> kEndings = {{
    {".gz", Compression::kGzip},
    {".zst", Compression::kZstd},
    {".lz4", Compression::kLz4},
    {".xz", Compression::kXz},
    {".bz2", Compression::kBzip2},
    {".bgz", Compression::kGzip},
}};

bool ends_with(std::string_view name, std::string_view lower_ending) {
  if (name.size() < lower_ending.size()) return false;
  const std::string_view tail = name.substr(name.size() - lower_ending.size());
  return std::equal(tail.begin(), tail.end(), lower_ending.begin(), [](char c, char lower) {
    return (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) == lower;
  });
}

const Ending* ending_of(std::string_view name) noexcept {
  const auto* const found = std::find_if(kEndings.begin(), kEndings.end(),
                                         [&](const Ending& e) { return ends_with(name, e.text); });
  return found == kEndings.end() ? nullptr : found;
}

}  // namespace

std::string_view suffix_of(Compression compression) noexcept {
  for (const Ending& ending : kEndings) {
    if (ending.compression == compression) return ending.text;
  }
  return "";
}

std::string_view compression_ending(std::string_view name) noexcept {
  const Ending* const ending = ending_of(name);
  return ending == nullptr ? "" : name.substr(name.size() - ending->text.size());
}

Compression compression_of_name(std::string_view name) noexcept {
  const Ending* const ending = ending_of(name);
  return ending == nullptr ? Compression::kNone : ending->compression;
}

}  // namespace gophercap::io
