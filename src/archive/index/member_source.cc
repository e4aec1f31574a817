#include "archive/index/member_source.h"

#include <algorithm>
#include <utility>

namespace gophercap::archive {

MemberSource::MemberSource(TarReader& tar, const Member& member, std::stop_token stop)
    : tar_(tar),
      stop_(std::move(stop)),
      archive_offset_(tar.plain_bytes()),
      size_bytes_(member.size_bytes) {}

Result<> MemberSource::fault(Error error) {
  fault_ = std::move(error);
  return *fault_;
}

// Sets piece_ to the next piece. Returns false if there is none.
Result<bool> MemberSource::next_piece() {
  if (fault_) return *fault_;
  if (ended_) return false;
  Result<bool> more = tar_.read(piece_);
  if (!more) {
    piece_ = {};
    fault_ = more.error();
  }
  if (!more || !*more) {
    ended_ = true;
    const bool lies_together = extents_.size() == 1 && extents_[0].offset == 0 &&
                               (fault_ || extents_[0].size_bytes == size_bytes_);
    // A file that is only a hole must not look like a contiguous one.
    if (extents_.empty() && size_bytes_ > 0 && !fault_) extents_.push_back({size_bytes_, 0});
    if (lies_together) extents_.clear();
    if (fault_) return *fault_;
    return false;
  }
  if (piece_.offset < end_of_pieces_ || piece_.offset > size_bytes_ ||
      piece_.bytes.size() > size_bytes_ - piece_.offset) {
    piece_ = {};
    TRY_VOID(fault({Errc::kCorrupt, 0, "tar archive: a sparse file that contradicts itself"}));
  }
  if (too_many_) {
    // Once there are too many, no further extents are stored.
  } else if (!extents_.empty() && piece_.offset == end_of_pieces_) {
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
  if (fault_) return *fault_;
  const uint64_t hole_end = ended_ ? size_bytes_ : piece_.offset;
  if (position_ < hole_end) {
    if (hole_end - position_ > kLargestHole)
      TRY_VOID(fault({Errc::kUnsupported, 0, "a sparse file with a hole of more than 64 GiB"}));
    if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
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
  while (!ended_ && !fault_) {
    const Result<bool> more = next_piece();
    if (more && !*more) break;
  }
  if (fault_ && !tar_.failed()) {
    Piece rest;
    TRY(bool more, tar_.read(rest));
    while (more) {
      TRY(more, tar_.read(rest));
    }
  }
  if (fault_) return *fault_;
  return {};
}

}  // namespace gophercap::archive
