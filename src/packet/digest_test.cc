#include "packet/digest.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace gophercap::packet {
namespace {

TEST(Digest, TellsEveryBitAndEveryLength) {
  std::vector<uint8_t> bytes(100);
  std::set<uint64_t> seen;
  size_t made = 0;
  for (size_t length = 0; length <= bytes.size(); ++length, ++made)
    seen.insert(digest({bytes.data(), length}, 0));
  for (const size_t length : {1u, 7u, 8u, 9u, 15u, 16u, 17u, 33u, 60u, 100u}) {
    for (size_t bit = 0; bit < 8 * length; ++bit, ++made) {
      bytes[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
      seen.insert(digest({bytes.data(), length}, 0));
      bytes[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
    }
  }
  EXPECT_EQ(seen.size(), made);
}

TEST(Digest, DependsOnTheSeed) {
  const std::vector<uint8_t> bytes(60, 1);
  std::set<uint64_t> seen;
  for (uint64_t seed = 0; seed < 1000; ++seed) seen.insert(digest(bytes, seed));
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Digest, SmallDifferencesOfManyFramesDoNotMeet) {
  std::vector<uint8_t> frame(64);
  std::set<uint64_t> seen;
  for (uint32_t i = 0; i < 200'000; ++i) {
    for (size_t k = 0; k < 4; ++k) frame[20 + k] = static_cast<uint8_t>(i >> (8 * k));
    frame[40] = static_cast<uint8_t>(~i);  // moves with it, as a checksum does
    seen.insert(digest(frame, 64));
  }
  EXPECT_EQ(seen.size(), 200'000U);
}

TEST(Digest, DoesNotDependOnWhereTheBytesStand) {
  std::vector<uint8_t> storage(200, 0xff);
  std::set<uint64_t> seen;
  for (size_t shift = 0; shift < 16; ++shift) {
    for (size_t i = 0; i < 47; ++i) storage[shift + i] = static_cast<uint8_t>(3 * i);
    seen.insert(digest({storage.data() + shift, 47}, 9));
  }
  EXPECT_EQ(seen.size(), 1U);
}

}  // namespace
}  // namespace gophercap::packet
