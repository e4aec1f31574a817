// Sums and products that saturate at the limit of 64 bits instead of wrapping around.
#pragma once

#include <cstdint>

namespace gophercap {

constexpr uint64_t saturating_sum(uint64_t a, uint64_t b) noexcept {
  uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

constexpr uint64_t saturating_product(uint64_t a, uint64_t b) noexcept {
  uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

}  // namespace gophercap
