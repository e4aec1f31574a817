// Enumerators and the words by which users, reports and files know them. Beside an enumeration
// stands
//
//   constexpr auto words_of(Packing) noexcept {
//     return std::to_array<Word<Packing>>({{Packing::kGzip, "gzip"}, {Packing::kZstd, "zstd"}});
//   }
//
// and parsing, printing, the choices of an option and JSON all go by that table.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace gophercap {

template <class Enum>
struct Word {
  Enum value;
  std::string_view word;
};

template <class Enum>
concept HasWords = requires(Enum value) {
  words_of(value);
};

// Empty: it has none.
template <HasWords Enum>
constexpr std::string_view word_of(Enum value) noexcept {
  for (const Word<Enum>& row : words_of(value)) {
    if (row.value == value) return row.word;
  }
  return {};
}

// The enumerator of that very word.
template <HasWords Enum>
constexpr std::optional<Enum> value_of_word(std::string_view word) noexcept {
  for (const Word<Enum>& row : words_of(Enum{})) {
    if (row.word == word) return row.value;
  }
  return std::nullopt;
}

}  // namespace gophercap
