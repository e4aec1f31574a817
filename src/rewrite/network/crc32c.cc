#include "rewrite/network/crc32c.h"

#include <array>

namespace gophercap::rewrite {
namespace {

constexpr uint32_t kPolynomial = 0x82f6'3b78;  // bits reversed, as all polynomials here

constexpr uint32_t times_x(uint32_t p) noexcept {
  return (p >> 1) ^ ((p & 1) != 0 ? kPolynomial : 0);
}

constexpr std::array<uint32_t, 256> make_table() noexcept {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = times_x(crc);
    table[byte] = crc;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kTable = make_table();

// Modulo the polynomial.
uint32_t product(uint32_t a, uint32_t b) noexcept {
  uint32_t sum = 0;
  for (uint32_t bit = 0x8000'0000; bit != 0; bit >>= 1, b = times_x(b)) {
    if ((a & bit) != 0) sum ^= b;
  }
  return sum;
}

}  // namespace

uint32_t crc32c_continued(uint32_t crc, const uint8_t* data, size_t bytes) noexcept {
  for (size_t i = 0; i < bytes; ++i) crc = (crc >> 8) ^ kTable[(crc ^ data[i]) & 0xff];
  return crc;
}

uint32_t crc32c_change(const uint8_t difference[4], uint64_t after) noexcept {
  // A CRC is linear, and a zero byte multiplies it by x^8.
  uint32_t change = crc32c_continued(0, difference, 4);
  for (uint32_t power = 0x0080'0000; after != 0; after >>= 1, power = product(power, power)) {
    if ((after & 1) != 0) change = product(change, power);
  }
  return change;
}

}  // namespace gophercap::rewrite
