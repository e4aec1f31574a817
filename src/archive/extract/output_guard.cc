#include "archive/extract/output_guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/saturating.h"

namespace gophercap::archive {

Result<> OutputGuard::plain(uint64_t bytes) {
  plain_ = saturating_sum(plain_, bytes);
  if (plain_ <= kRatioCounts || limits_.most_ratio == 0) return {};
  return check_ratio();
}

Result<> OutputGuard::check_ratio() const {
  const uint64_t read = std::max<uint64_t>(bytes_read_(), 1);
  if (plain_ / read < limits_.most_ratio) return {};
  return Error{
      Errc::kNoSpace, 0,
      fmt::format("{}: {} bytes would come of the {} read up to here, more than {} times as "
                  "many (--max-ratio; 0 lifts this limit)",
                  shown_, plain_, read, limits_.most_ratio)};
}

Result<> OutputGuard::written(uint64_t bytes) {
  if (bytes > limits_.most_bytes - written_) {
    return Error{Errc::kNoSpace, 0,
                 fmt::format("{}: more than {} bytes would be written (--max-output)", shown_,
                             limits_.most_bytes)};
  }
  written_ += bytes;
  return {};
}

}  // namespace gophercap::archive
