// Reads the current member of a TarReader as a ByteSource.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "archive/index/indexed_member.h"
#include "archive/tar/tar_reader.h"
#include "io/byte_source.h"

namespace gophercap::archive {

// Holes are read as zeros, as in the extracted file. Errors: those of the reader, kCorrupt for
// pieces beyond the end or out of order, kUnsupported for a hole that is too large for any capture,
// kCancelled.
class MemberSource final : public io::ByteSource {
 public:
  // REQUIRES: `tar` outlives the source and is not used otherwise until finish(); nothing of the
  // member has been read.
  MemberSource(TarReader& tar, const Member& member, std::stop_token stop = {});

  Result<size_t> read(std::span<uint8_t> out) override;

  // Skips the rest of the member. Fails like read(); pieces that contradict the header are skipped.
  Result<> finish();

  // The extents of the member. REQUIRES: finish() has been called, and failed only if the archive
  // breaks off there; the extents end there then.
  const std::vector<Extent>& extents() const noexcept { return extents_; }
  uint64_t archive_offset() const noexcept { return archive_offset_; }
  // False if it has more extents than an index stores.
  bool can_be_indexed() const noexcept { return !too_many_; }

 private:
  Result<bool> next_piece();

  Result<> fault(Error error);

  TarReader& tar_;
  const std::stop_token stop_;
  const uint64_t archive_offset_;
  const uint64_t size_bytes_;
  uint64_t position_ = 0;
  Piece piece_{};  // the part of it that has not been returned yet
  uint64_t end_of_pieces_ = 0;
  bool ended_ = false;  // no more pieces
  bool too_many_ = false;
  std::optional<Error> fault_;  // final
  std::vector<Extent> extents_;
};

}  // namespace gophercap::archive
