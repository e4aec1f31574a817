// What reader and writer of an index have in common.
#pragma once

#include <cstdint>

namespace gophercap::archive {

inline constexpr int kIndexVersion = 1;                   // PRAGMA user_version
inline constexpr int64_t kIndexApplication = 0x67634958;  // PRAGMA application_id: "gcIX"

}  // namespace gophercap::archive
