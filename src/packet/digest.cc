#include "packet/digest.h"

#include "base/bytes.h"

namespace gophercap::packet {
namespace {

// Odd numbers with about half of their bits set: the fractions of the square roots of 2, 3 and 5.
constexpr uint64_t kRoot2 = 0x6a09e667f3bcc909U;
constexpr uint64_t kRoot3 = 0xbb67ae8584caa73bU;
constexpr uint64_t kRoot5 = 0x3c6ef372fe94f82bU;

// Combines both halves of the product, in which every bit depends on all bits of both factors.
uint64_t fold(uint64_t a, uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

uint64_t digest(std::span<const uint8_t> bytes, uint64_t seed) noexcept {
  const uint8_t* at = bytes.data();
  size_t left = bytes.size();
  uint64_t state = fold(seed ^ kRoot2, bytes.size() ^ kRoot3);
  for (; left >= 16; left -= 16, at += 16)
    state = fold(load_le64(at) ^ state ^ kRoot2, load_le64(at + 8) ^ kRoot3) + state;
  uint64_t low = 0;
  uint64_t high = 0;
  if (left > 8) {
    low = load_le64(at);
    for (size_t i = left; i > 8; --i) high = (high << 8) | at[i - 1];
  } else {
    for (size_t i = left; i > 0; --i) low = (low << 8) | at[i - 1];
  }
  state = fold(low ^ state ^ kRoot3, high ^ kRoot5) + state;
  return fold(state ^ kRoot5, kRoot2);
}

}  // namespace gophercap::packet
