// Mixing of bits, for hashes.
#pragma once

#include <cstdint>

namespace gophercap::packet {

// The finalizer of splitmix64.
constexpr uint64_t mix(uint64_t x) noexcept {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ull;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

constexpr uint64_t mix(uint64_t low, uint64_t high) noexcept {
  return mix(low ^ mix(high + 1));
}

}  // namespace gophercap::packet
