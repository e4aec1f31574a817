#include "archive/member_source.h"

#include <algorithm>

namespace gophercap::archive {

MemberSource::MemberSource(TarReader& tar, const Member& member)
    : tar_(tar), archive_offset_(tar.plain_bytes()), size_bytes_(member.size_bytes) {}

Result<bool> MemberSource::next_piece() {
  if (ended_) return false;
  TRY(const bool more, tar_.read(piece_));
  if (!more) {
    ended_ = true;
    // All in one: what every file is that has no holes. One that is nothing but a hole must not
    // look like it.
    if (extents_.empty() && size_bytes_ > 0) extents_.push_back({size_bytes_, 0});
    if (extents_.size() == 1 && extents_[0] == Extent{0, size_bytes_}) extents_.clear();
    return false;
  }
  if (piece_.offset < end_of_pieces_ || piece_.offset > size_bytes_ ||
      piece_.bytes.size() > size_bytes_ - piece_.offset) {
    return Error{Errc::kCorrupt, 0, "tar archive: a sparse file that contradicts itself"};
  }
  if (!extents_.empty() && piece_.offset == end_of_pieces_) {
    extents_.back().size_bytes += piece_.bytes.size();
  } else if (extents_.size() < kMostExtents) {
    extents_.push_back({piece_.offset, piece_.bytes.size()});
  } else {
    too_many_ = true;
  }
  end_of_pieces_ = piece_.offset + piece_.bytes.size();
  return true;
}

Result<size_t> MemberSource::read(std::span<uint8_t> out) {
  while (!ended_ && piece_.bytes.empty()) TRY_VOID(next_piece());
  const uint64_t hole_end = ended_ ? size_bytes_ : piece_.offset;
  if (position_ < hole_end) {
    const auto zeros = static_cast<size_t>(std::min<uint64_t>(out.size(), hole_end - position_));
    std::fill_n(out.begin(), zeros, uint8_t{0});
    position_ += zeros;
    return zeros;
  }
  if (ended_) return 0;
  const size_t count = std::min(out.size(), piece_.bytes.size());
  std::copy_n(piece_.bytes.data(), count, out.data());
  piece_ = {piece_.bytes.subspan(count), piece_.offset + count};
  position_ += count;
  return count;
}

Result<> MemberSource::finish() {
  TRY(bool more, next_piece());
  while (more) {
    TRY(more, next_piece());
  }
  return {};
}

}  // namespace gophercap::archive
