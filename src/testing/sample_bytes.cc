#include "testing/sample_bytes.h"

#include <random>

namespace gophercap::testing {

std::vector<uint8_t> sample(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<uint8_t> bytes;
  while (bytes.size() < size) {
    const size_t run = 1 + random() % 200;
    if (random() % 3 == 0 && bytes.size() > run) {
      const size_t from = random() % (bytes.size() - run);
      for (size_t i = 0; i < run; ++i) bytes.push_back(bytes[from + i]);
    } else {
      const unsigned letters = random() % 4 == 0 ? 256 : 20;
      for (size_t i = 0; i < run; ++i) bytes.push_back(static_cast<uint8_t>(random() % letters));
    }
  }
  bytes.resize(size);
  return bytes;
}

std::vector<uint8_t> operator+(std::vector<uint8_t> a, const std::vector<uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace gophercap::testing
