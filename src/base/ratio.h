// A positive ratio of integers. It is not a float, so 1/3 stays exact over a year of packets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gophercap {

struct Ratio {
  uint64_t num = 1;
  uint64_t den = 1;

  Ratio inverse() const noexcept { return {den, num}; }
  bool operator==(const Ratio&) const = default;
};

// Parses "2", "0.5", "2.4", "1/3", "0.1/0.3" and returns lowest terms. Fails with kInvalidArgument
// if the text is malformed, not above zero, or has too many digits for 64 bits.
Result<Ratio> parse_ratio(std::string_view text);

// Returns "2", "12/5".
std::string format_ratio(Ratio ratio);

}  // namespace gophercap
