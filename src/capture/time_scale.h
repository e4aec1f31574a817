// Converts the time stamps of a pcapng interface.
#pragma once

#include <cstdint>
#include <limits>

#include "base/time.h"

namespace gophercap::capture {

// Converts the 64-bit time stamps of an interface with its if_tsresol and if_tsoffset.
class TimeScale {
 public:
  void set_resolution(uint8_t tsresol) noexcept {
    multiplier_ = divisor_ = 1;
    shift_ = 0;
    const unsigned exponent = tsresol & 0x7fu;
    if ((tsresol & 0x80u) != 0) {
      shift_ = exponent;
      multiplier_ = kNanosPerSecond;
    } else if (exponent <= 9) {
      for (unsigned i = exponent; i < 9; ++i) multiplier_ *= 10;
    } else {
      for (unsigned i = 9; i < exponent; ++i) {
        // 10^20 exceeds every 64-bit time stamp, so the result is 0 from there on.
        if (divisor_ > std::numeric_limits<uint64_t>::max() / 10) {
          multiplier_ = 0;
          break;
        }
        divisor_ *= 10;
      }
    }
  }
  void set_offset(int64_t seconds) noexcept {
    offset_ns_ = static_cast<Int128>(seconds) * kNanosPerSecond;
  }

  // Gives nanoseconds since 1970, rounded down. Returns false if they do not fit into 64 bits
  // (before 1677 or after 2262).
  bool convert(uint64_t stamp, CaptureTime& out) const noexcept {
    const UInt128 scaled =
        static_cast<UInt128>(divisor_ == 1 ? stamp : stamp / divisor_) * multiplier_;
    const Int128 ns = static_cast<Int128>(scaled >> shift_) + offset_ns_;
    if (ns > std::numeric_limits<int64_t>::max() || ns < std::numeric_limits<int64_t>::min())
      return false;
    out = capture_time(static_cast<int64_t>(ns));
    return true;
  }

 private:
  // The 128-bit integers of GCC and clang; __extension__ avoids a warning with -Wpedantic, which
  // some packagers use.
  __extension__ using Int128 = __int128;
  __extension__ using UInt128 = unsigned __int128;
  static constexpr int64_t kNanosPerSecond = 1'000'000'000;

  uint64_t multiplier_ = 1000;
  uint64_t divisor_ = 1;
  unsigned shift_ = 0;
  Int128 offset_ns_ = 0;
};

}  // namespace gophercap::capture
