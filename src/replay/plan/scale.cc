#include "replay/plan/scale.h"

namespace gophercap::replay {

// Quotient and remainder are scaled separately, so no product exceeds 128 bits.
Int128 scale(Int128 a, Ratio ratio) noexcept {
  if (ratio.num == ratio.den) return a;
  const auto num = static_cast<Int128>(ratio.num);
  const auto den = static_cast<Int128>(ratio.den);
  Int128 whole = a / den;
  Int128 rest = a % den;
  if (rest < 0) {
    rest += den;
    whole -= 1;
  }
  // rest < 2^64 and num < 2^64, so their product fits. The other product is saturated, far beyond
  // 64 bits.
  constexpr Int128 kEdge = Int128{1} << 126;
  const Int128 limit = kEdge / num;
  if (whole > limit) return kEdge;
  if (whole < -limit) return -kEdge;
  // Unsigned because rest * num may reach 2^128 - 2^65 + 1.
  __extension__ using UInt128 = unsigned __int128;
  const UInt128 part =
      static_cast<UInt128>(rest) * static_cast<UInt128>(num) / static_cast<UInt128>(den);
  return whole * num + static_cast<Int128>(part);
}

}  // namespace gophercap::replay
