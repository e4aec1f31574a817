// The checksum of IPv4 headers, TCP and UDP (RFC 1071).
#pragma once

#include <cstddef>
#include <cstdint>

namespace gophercap::rewrite {

// Sums 16-bit words in one's complement. The order in which they are added has no effect.
class InternetSum {
 public:
  // Bytes at an even distance from the beginning of what is summed. An odd number of bytes has to
  // come last: a zero is added behind it.
  void add(const uint8_t* data, size_t bytes) noexcept;
  void add_word(uint16_t word) noexcept;

  // What to write into the checksum field, which has to be zero, or left out, in the sum.
  uint16_t checksum() const noexcept;

 private:
  uint64_t sum_ = 0;  // of words as they are in memory: the sum does not depend on the byte order
};

// The checksum of these bytes; 0 if they contain their right checksum.
uint16_t internet_checksum(const uint8_t* data, size_t bytes) noexcept;

}  // namespace gophercap::rewrite
