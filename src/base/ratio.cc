#include "base/ratio.h"

#include <fmt/format.h>

#include <numeric>

namespace gophercap {
namespace {

constexpr size_t kMostDigits = 18;  // of a number including its fraction: 10^18 fits into 64 bits

// Parses "12.50" as 1250/100, in lowest terms.
bool parse_decimal(std::string_view text, Ratio& out) {
  uint64_t num = 0;
  uint64_t den = 1;
  size_t digits = 0;
  bool fraction = false;
  for (const char c : text) {
    if (c == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (c < '0' || c > '9' || ++digits > kMostDigits) return false;
    num = num * 10 + static_cast<uint64_t>(c - '0');
    if (fraction) den *= 10;
  }
  if (digits == 0 || num == 0) return false;
  const uint64_t common = std::gcd(num, den);
  out = {num / common, den / common};
  return true;
}

}  // namespace

Result<Ratio> parse_ratio(std::string_view text) {
  const size_t slash = text.find('/');
  Ratio above;
  Ratio below;
  bool ok = parse_decimal(text.substr(0, slash), above);
  if (slash != std::string_view::npos) ok = ok && parse_decimal(text.substr(slash + 1), below);
  if (ok) {
    // (a/b) / (c/d) = ad / bc. Common factors are cancelled first, so that fewer products overflow.
    const uint64_t g = std::gcd(above.num, below.num);
    const uint64_t h = std::gcd(above.den, below.den);
    Ratio result;
    ok = !__builtin_mul_overflow(above.num / g, below.den / h, &result.num) &&
         !__builtin_mul_overflow(above.den / h, below.num / g, &result.den);
    if (ok) return result;
  }
  return Error{Errc::kInvalidArgument, 0,
               fmt::format("\"{}\" is not a ratio above zero such as 2, 0.5 or 1/3", text)};
}

std::string format_ratio(Ratio ratio) {
  return ratio.den == 1 ? fmt::format("{}", ratio.num) : fmt::format("{}/{}", ratio.num, ratio.den);
}

}  // namespace gophercap
