#include "rewrite/checksum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace gophercap::rewrite {
namespace {

using Bytes = std::vector<uint8_t>;

// Word by word, as RFC 1071 describes it.
uint16_t by_the_book(const Bytes& bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    sum += uint32_t{bytes[i]} << 8 | (i + 1 < bytes.size() ? bytes[i + 1] : 0u);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<uint16_t>(~sum);
}

TEST(Checksum, OfTheExampleInTheRfc) {
  const Bytes bytes = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(internet_checksum(bytes.data(), bytes.size()), uint16_t{0xffff - 0xddf2});
}

TEST(Checksum, OfAnIpv4HeaderThatContainsIt) {
  const Bytes header = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                        0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};
  EXPECT_EQ(internet_checksum(header.data(), header.size()), 0);
}

TEST(Checksum, AgreesWithTheSlowOneAtEveryLengthAndAlignment) {
  std::mt19937 random(1);
  Bytes bytes(300);
  for (size_t length = 0; length < 260; ++length) {
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(length % 3 == 0 ? 0xff : random());
    const size_t from = length % 9;
    const Bytes part(bytes.begin() + static_cast<ptrdiff_t>(from),
                     bytes.begin() + static_cast<ptrdiff_t>(from + length));
    EXPECT_EQ(internet_checksum(bytes.data() + from, length), by_the_book(part)) << length;
  }
}

TEST(Checksum, PartsAddUpToTheWhole) {
  std::mt19937 random(2);
  Bytes bytes(1461);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  InternetSum sum;
  sum.add(bytes.data() + 1000, 461);
  sum.add_word(static_cast<uint16_t>(bytes[0] << 8 | bytes[1]));
  sum.add(bytes.data() + 2, 998);
  EXPECT_EQ(sum.checksum(), by_the_book(bytes));
}

}  // namespace
}  // namespace gophercap::rewrite
