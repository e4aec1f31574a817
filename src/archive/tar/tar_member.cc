#include "archive/tar/tar_member.h"

#include "base/saturating.h"

namespace gophercap::archive {

int64_t mtime_ns_of(const Member& member) noexcept {
  __extension__ using Int128 = __int128;
  return saturated_int64(Int128{member.mtime_seconds} * 1'000'000'000 + member.mtime_nanos);
}

std::optional<CaptureTime> modified_at(const Member& member) noexcept {
  constexpr int64_t kNanos = 1'000'000'000;
  constexpr int64_t kLatest = INT64_MAX / kNanos - 1;
  if (member.mtime_seconds > kLatest || member.mtime_seconds < -kLatest) return std::nullopt;
  return capture_time(member.mtime_seconds * kNanos + member.mtime_nanos);
}

}  // namespace gophercap::archive
