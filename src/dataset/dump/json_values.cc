#include "dataset/dump/json_values.h"

#include <utility>

namespace gophercap::dataset {

using simdjson::dom::element;

Error corrupt(std::string what) {
  return {Errc::kCorrupt, 0, std::move(what)};
}

Result<uint64_t> read_count(const element& json, uint64_t largest) {
  uint64_t value = 0;
  if (json.get_uint64().get(value) != simdjson::SUCCESS || value > largest) {
    return corrupt(fmt::format("expected a whole number from 0 to {}", largest));
  }
  return value;
}

Result<std::string_view> read_text(const element& json) {
  std::string_view value;
  if (json.get_string().get(value) != simdjson::SUCCESS) return corrupt("expected a string");
  return value;
}

Result<CaptureTime> read_time(const element& json) {
  TRY(const std::string_view text, read_text(json));
  Result<CaptureTime> time = parse_time(text);
  if (!time) return corrupt(time.error().what);
  return time;
}

Result<std::string> bytes_of_hex(std::string_view digits) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  std::string bytes;
  if (digits.size() % 2 != 0) return corrupt("expected an even number of hexadecimal digits");
  for (size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit(digits[i]);
    const int low = digit(digits[i + 1]);
    if (high < 0 || low < 0) return corrupt("expected lower-case hexadecimal digits");
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace gophercap::dataset
