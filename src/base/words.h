// Words for enumerators in options, reports and files. An enumeration has words if this is defined
// beside it:
//
//   constexpr auto words_of(Packing) noexcept {
//     return std::to_array<Word<Packing>>({{Packing::kGzip, "gzip"}, {Packing::kZstd, "zstd"}});
//   }
//
// Parsing, printing, the choices of an option and JSON then use this table.
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

// The word of `value` in a table; empty if it has none.
template <class Table, class Enum>
constexpr std::string_view word_in(const Table& table, Enum value) noexcept {
  for (const Word<Enum>& row : table) {
    if (row.value == value) return row.word;
  }
  return {};
}

template <HasWords Enum>
constexpr std::string_view word_of(Enum value) noexcept {
  return word_in(words_of(value), value);
}

// The enumerator with exactly that word.
template <HasWords Enum>
constexpr std::optional<Enum> value_of_word(std::string_view word) noexcept {
  for (const Word<Enum>& row : words_of(Enum{})) {
    if (row.word == word) return row.value;
  }
  return std::nullopt;
}

}  // namespace gophercap
