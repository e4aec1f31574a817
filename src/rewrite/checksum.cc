#include "rewrite/checksum.h"

#include "base/bytes.h"

namespace gophercap::rewrite {
namespace {

// The carry out of 64 bits is added at the other end.
uint64_t sum_of(uint64_t a, uint64_t b) noexcept {
  const uint64_t sum = a + b;
  return sum + (sum < b ? 1 : 0);
}

}  // namespace

void InternetSum::add(const uint8_t* data, size_t bytes) noexcept {
  uint64_t even = sum_;
  uint64_t odd = 0;
  for (; bytes >= 16; data += 16, bytes -= 16) {
    even = sum_of(even, load_le64(data));
    odd = sum_of(odd, load_le64(data + 8));
  }
  uint64_t rest = 0;
  for (; bytes >= 2; data += 2, bytes -= 2) rest += load_le16(data);
  if (bytes == 1) rest += *data;
  sum_ = sum_of(sum_of(even, odd), rest);
}

void InternetSum::add_word(uint16_t word) noexcept {
  sum_ = sum_of(sum_, byte_swap(word));
}

uint16_t InternetSum::checksum() const noexcept {
  uint64_t folded = (sum_ & 0xffffffffu) + (sum_ >> 32);
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >> 16);
  return byte_swap(static_cast<uint16_t>(~folded & 0xffff));
}

uint16_t internet_checksum(const uint8_t* data, size_t bytes) noexcept {
  InternetSum sum;
  sum.add(data, bytes);
  return sum.checksum();
}

}  // namespace gophercap::rewrite
