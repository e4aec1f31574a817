// Multiplies by a ratio exactly.
#pragma once

#include "base/ratio.h"

namespace gophercap::replay {

__extension__ using Int128 = __int128;

// Returns a * num / den, rounded down, for any a below 2^127 / 2^64. A result far beyond 64 bits is
// saturated.
Int128 scale(Int128 a, Ratio ratio) noexcept;

}  // namespace gophercap::replay
