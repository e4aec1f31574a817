// Extracts single values of a parsed dump, with exactly the types of docs/formats/dump.md. Fails
// with kCorrupt and the expected type; the caller adds the place.
#pragma once

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "base/words.h"

namespace gophercap::dataset {

// Counts are ints in the original, so a larger value cannot be right.
inline constexpr uint64_t kLargestCount = std::numeric_limits<int64_t>::max();

Error corrupt(std::string what);

Result<uint64_t> read_count(const simdjson::dom::element& json, uint64_t largest = kLargestCount);
Result<std::string_view> read_text(const simdjson::dom::element& json);
Result<CaptureTime> read_time(const simdjson::dom::element& json);
Result<std::string> bytes_of_hex(std::string_view digits);

template <class T>
Result<> read_small(const simdjson::dom::element& json, T& target) {
  TRY(const uint64_t value, read_count(json, std::numeric_limits<T>::max()));
  target = static_cast<T>(value);
  return {};
}

// Sets `target` to the enumerator with this word.
template <HasWords Enum>
Result<> read_word(const simdjson::dom::element& json, Enum& target) {
  TRY(const std::string_view text, read_text(json));
  if (const std::optional<Enum> value = value_of_word<Enum>(text)) {
    target = *value;
    return {};
  }
  return corrupt(fmt::format("unknown word \"{}\"", text.substr(0, 64)));
}

}  // namespace gophercap::dataset
