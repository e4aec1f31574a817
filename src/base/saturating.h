// Arithmetic that saturates at the limits of 64 bits instead of wrapping around. base/time.h has
// the same for durations and times.
#pragma once

#include <cstdint>

namespace gophercap {

constexpr uint64_t saturating_sum(uint64_t a, uint64_t b) noexcept {
  uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}
constexpr int64_t saturating_sum(int64_t a, int64_t b) noexcept {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? INT64_MAX : INT64_MIN;
}

constexpr uint64_t saturating_product(uint64_t a, uint64_t b) noexcept {
  uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

// a - b
constexpr int64_t saturating_difference(int64_t a, int64_t b) noexcept {
  int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return a < b ? INT64_MIN : INT64_MAX;
}

// |a - b|
constexpr int64_t absolute_difference(int64_t a, int64_t b) noexcept {
  return a < b ? saturating_difference(b, a) : saturating_difference(a, b);
}

// Converts an integer of 64 or 128 bits, signed or unsigned.
template <class Wide>
requires(sizeof(Wide) >= sizeof(int64_t)) constexpr int64_t saturated_int64(Wide value) noexcept {
  if (value > static_cast<Wide>(INT64_MAX)) return INT64_MAX;
  if constexpr (static_cast<Wide>(-1) < static_cast<Wide>(0)) {
    if (value < static_cast<Wide>(INT64_MIN)) return INT64_MIN;
  }
  return static_cast<int64_t>(value);
}

}  // namespace gophercap
