#include "rewrite/network/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace gophercap::rewrite {
namespace {

TEST(Crc32c, OfTheUsualExample) {
  const uint8_t digits[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  EXPECT_EQ(~crc32c_continued(~0u, digits, sizeof digits), 0xe306'9283u);
}

TEST(Crc32c, ChangeIsTheDifferenceOfTwoCrcs) {
  std::mt19937 random(1);
  for (const size_t length : {4u, 5u, 12u, 100u, 1460u, 70000u}) {
    std::vector<uint8_t> bytes(length);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    const uint32_t before = ~crc32c_continued(~0u, bytes.data(), length);
    const uint8_t difference[4] = {0x12, 0, 0xff, static_cast<uint8_t>(length)};
    for (size_t i = 0; i < 4; ++i) bytes[i] ^= difference[i];
    const uint32_t after = ~crc32c_continued(~0u, bytes.data(), length);
    EXPECT_EQ(crc32c_change(difference, length - 4), before ^ after) << length;
  }
}

}  // namespace
}  // namespace gophercap::rewrite
