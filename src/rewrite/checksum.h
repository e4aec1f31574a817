// The checksum of IPv4 headers, TCP and UDP (RFC 1071).
#pragma once

#include <cstddef>
#include <cstdint>

namespace gophercap::rewrite {

// Sums 16-bit words in one's complement. The order in which they are added has no effect.
class InternetSum {
 public:
  // Adds bytes at an even offset from the beginning of the summed data. If their number is odd,
  // they must be the last ones; a zero is appended.
  void add(const uint8_t* data, size_t bytes) noexcept;
  void add_word(uint16_t word) noexcept;

  // Returns the value for the checksum field. The field itself must be left out of the sum, or be
  // zero.
  uint16_t checksum() const noexcept;

 private:
  uint64_t sum_ = 0;  // of words in memory order, since the sum does not depend on the byte order
};

// Returns the checksum of these bytes; 0 if they contain their correct checksum.
uint16_t internet_checksum(const uint8_t* data, size_t bytes) noexcept;

}  // namespace gophercap::rewrite
