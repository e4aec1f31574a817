#include "rewrite/network/unique_address.h"

#include <array>
#include <cstddef>
#include <numeric>

namespace gophercap::rewrite {
namespace {

// Networks of 256 addresses, numbered by the first three octets.
struct Blocks {
  uint32_t first;
  uint32_t last;

  constexpr uint32_t count() const noexcept { return last - first + 1; }
  constexpr bool contains(uint32_t block) const noexcept { return first <= block && block <= last; }
};

constexpr uint32_t block_of(uint32_t a, uint32_t b, uint32_t c) noexcept {
  return a << 16 | b << 8 | c;
}

constexpr std::array<Blocks, 4> kPrivate = {{{block_of(10, 0, 0), block_of(10, 255, 255)},
                                             {block_of(100, 64, 0), block_of(100, 127, 255)},
                                             {block_of(172, 16, 0), block_of(172, 31, 255)},
                                             {block_of(192, 168, 0), block_of(192, 168, 255)}}};
// All between those and the ones that stay. Their numbers continue from one to the next.
constexpr std::array<Blocks, 7> kPublic = {{{block_of(1, 0, 0), block_of(9, 255, 255)},
                                            {block_of(11, 0, 0), block_of(100, 63, 255)},
                                            {block_of(100, 128, 0), block_of(126, 255, 255)},
                                            {block_of(128, 0, 0), block_of(169, 253, 255)},
                                            {block_of(169, 255, 0), block_of(172, 15, 255)},
                                            {block_of(172, 32, 0), block_of(192, 167, 255)},
                                            {block_of(192, 169, 0), block_of(223, 255, 255)}}};

constexpr uint32_t public_count() noexcept {
  uint32_t count = 0;
  for (const Blocks& blocks : kPublic) count += blocks.count();
  return count;
}

constexpr uint32_t kPublicCount = public_count();
// Near the golden section of the range, so that loops are far from each other.
constexpr uint32_t kPublicStep = 8'984'447;
constexpr uint32_t kPrivateStep = 40'503;  // odd; the sizes are powers of two
constexpr uint32_t kOctetSteps = 127;
static_assert(std::gcd(kPublicCount, kPublicStep) == 1);
static_assert(std::gcd(kPublicCount, kOctetSteps) == 1);

constexpr uint32_t moved(uint32_t place, uint32_t count, uint64_t loop, uint32_t step) noexcept {
  return static_cast<uint32_t>((place + loop % count * step) % count);
}

constexpr uint32_t public_place(size_t index) noexcept {
  uint32_t before = 0;
  for (size_t i = 0; i < index; ++i) before += kPublic[i].count();
  return before;
}

uint32_t moved_block(uint32_t block, uint64_t loop) noexcept {
  for (const Blocks& blocks : kPrivate) {
    if (blocks.contains(block))
      return blocks.first + moved(block - blocks.first, blocks.count(), loop, kPrivateStep);
  }
  for (size_t i = 0; i < kPublic.size(); ++i) {
    if (!kPublic[i].contains(block)) continue;
    uint32_t place =
        moved(public_place(i) + (block - kPublic[i].first), kPublicCount, loop, kPublicStep);
    for (const Blocks& blocks : kPublic) {
      if (place < blocks.count()) return blocks.first + place;
      place -= blocks.count();
    }
  }
  return block;
}

bool stays(uint32_t address) noexcept {
  const uint32_t first = address >> 24;
  return first == 0 || first == 127 || first >= 224 || address >> 16 == 0xa9fe;
}

}  // namespace

uint32_t unique_ipv4(uint32_t address, uint64_t loop) noexcept {
  if (loop == 0 || stays(address)) return address;
  const uint32_t octet = address & 0xff;
  const bool host = octet != 0 && octet != 255;
  const uint32_t moved_octet =
      host ? 1 + (octet - 1 + static_cast<uint32_t>(loop % kOctetSteps)) % 254 : octet;
  return moved_block(address >> 8, loop) << 8 | moved_octet;
}

IpNumber unique_ipv6(IpNumber address, uint64_t loop) noexcept {
  const auto high = static_cast<uint64_t>(address >> 64);
  const auto low = static_cast<uint64_t>(address);
  const bool mapped_ipv4 = high == 0 && low >> 32 == 0xffff;
  const bool translated_ipv4 = high == 0x0064'ff9b'0000'0000 && low >> 32 == 0;
  if (mapped_ipv4 || translated_ipv4)
    return address >> 32 << 32 | unique_ipv4(static_cast<uint32_t>(low), loop);
  const bool stays = high >> 56 == 0 || high >> 54 == 0x3fa || high >> 56 == 0xff;
  if (stays) return address;
  constexpr uint32_t kStep = 0x9e37'79b1;  // odd
  const uint32_t change = static_cast<uint32_t>(loop) * kStep;
  return address ^ IpNumber { change } << 64;
}

}  // namespace gophercap::rewrite
