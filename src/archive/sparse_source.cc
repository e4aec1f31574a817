#include "archive/sparse_source.h"

#include <algorithm>

namespace gophercap::archive {

Result<size_t> SparseSource::read(std::span<uint8_t> out) {
  while (next_ < extents_.size() &&
         position_ >= extents_[next_].offset + extents_[next_].size_bytes) {
    ++next_;
  }
  const bool in_extent = next_ < extents_.size() && position_ >= extents_[next_].offset;
  uint64_t end = size_bytes_;
  if (next_ < extents_.size())
    end = in_extent ? extents_[next_].offset + extents_[next_].size_bytes : extents_[next_].offset;
  const auto room = out.first(static_cast<size_t>(std::min<uint64_t>(out.size(), end - position_)));
  if (room.empty()) return 0;
  size_t got = room.size();
  if (in_extent) {
    TRY(got, stored_->read(room));
  } else if (end - position_ > kLargestHole) {
    return Error{Errc::kUnsupported, 0, "a sparse file with a hole of more than 64 GiB"};
  } else if (stop_.stop_requested()) {
    return Error{Errc::kCancelled, 0, "stopped"};
  } else {
    std::fill(room.begin(), room.end(), uint8_t{0});
  }
  position_ += got;
  return got;
}

}  // namespace gophercap::archive
