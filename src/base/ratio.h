// A positive ratio of whole numbers. Not a float: 1/3 stays 1/3 over a year of packets.
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

// "2", "0.5", "2.4", "1/3", "0.1/0.3", in lowest terms. Fails with kInvalidArgument: malformed, not
// above zero, or too many digits for 64 bits.
Result<Ratio> parse_ratio(std::string_view text);

// "2", "12/5".
std::string format_ratio(Ratio ratio);

}  // namespace gophercap
