// Bytes that exercise many features of codecs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gophercap::testing {

// Text-like runs between noise: literals, near and far matches, blocks of several kinds.
std::vector<uint8_t> sample(size_t size, unsigned seed = 1);

std::vector<uint8_t> operator+(std::vector<uint8_t> a, const std::vector<uint8_t>& b);

}  // namespace gophercap::testing
