#include "testing/checkpoints.h"

#include <algorithm>
#include <random>
#include <utility>

#include "testing/compress.h"

namespace gophercap::testing {

void Collected::add(io::Checkpoint checkpoint) {
  next_ = checkpoint.plain_offset + spacing_;
  all.push_back(std::move(checkpoint));
}

std::vector<uint8_t> mixed_bytes(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<uint8_t> bytes;
  while (bytes.size() < size) {
    const uint32_t kind = random() % 4;
    const size_t length = 20 + random() % 3000;
    if (kind == 0 || bytes.size() < 5000) {
      for (size_t i = 0; i < length; ++i) bytes.push_back(static_cast<uint8_t>(random()));
    } else if (kind == 1) {
      bytes.insert(bytes.end(), length, static_cast<uint8_t>(random()));
    } else {
      const size_t back = 1 + random() % std::min<size_t>(bytes.size(), 40000);
      for (size_t i = 0; i < length; ++i) bytes.push_back(bytes[bytes.size() - back]);
    }
  }
  bytes.resize(size);
  return bytes;
}

std::vector<uint8_t> gzip_of(const std::vector<uint8_t>& deflated,
                             const std::vector<uint8_t>& plain) {
  std::vector<uint8_t> out = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
  const std::vector<uint8_t> trailer = gzip_trailer(plain);
  out.insert(out.end(), deflated.begin(), deflated.end());
  out.insert(out.end(), trailer.begin(), trailer.end());
  return out;
}

std::vector<uint8_t> gzip_in_blocks(const std::vector<uint8_t>& plain, size_t block) {
  return gzip_of(deflate(plain, block), plain);
}

std::vector<uint8_t> gzip_stored(const std::vector<uint8_t>& plain, size_t block) {
  std::vector<uint8_t> deflated;
  for (size_t at = 0; at < plain.size(); at += block) {
    const size_t size = std::min(block, plain.size() - at);
    const auto low = static_cast<uint8_t>(size & 0xff);
    const auto high = static_cast<uint8_t>(size >> 8);
    const uint8_t last = at + size == plain.size() ? 1 : 0;
    const std::initializer_list<uint8_t> header = {last, low, high, static_cast<uint8_t>(~low),
                                                   static_cast<uint8_t>(~high)};
    deflated.insert(deflated.end(), header);
    deflated.insert(deflated.end(), plain.begin() + static_cast<ptrdiff_t>(at),
                    plain.begin() + static_cast<ptrdiff_t>(at + size));
  }
  return gzip_of(deflated, plain);
}

}  // namespace gophercap::testing
