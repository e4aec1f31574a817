// Random numbers that are the same on every machine and with every library, so that sets can be
// reproduced from their seed.
#pragma once

#include <cmath>
#include <cstdint>

namespace gophercap::bench {

// SplitMix64. Not thread-safe.
class Random {
 public:
  explicit Random(uint64_t seed) noexcept : state_(seed) {}

  uint64_t next() noexcept {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  uint32_t below(uint32_t bound) noexcept {
    return static_cast<uint32_t>(((next() >> 32) * bound) >> 32);
  }
  double unit() noexcept { return static_cast<double>((next() >> 11) + 1) * 0x1p-53; }  // (0, 1]
  double exponential(double mean) noexcept { return -mean * std::log(unit()); }

 private:
  uint64_t state_;
};

}  // namespace gophercap::bench
