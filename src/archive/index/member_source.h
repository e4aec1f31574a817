// The member that a TarReader has come to, as a source of bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "archive/index/archive_index.h"
#include "archive/tar/tar_reader.h"
#include "io/byte_source.h"

namespace gophercap::archive {

// Holes are given as zeros, so that its bytes are those of the extracted file. Errors: the
// reader's, kCorrupt for bytes that lie behind the end or before others, kUnsupported for a hole
// that no capture has, kCancelled.
class MemberSource final : public io::ByteSource {
 public:
  // REQUIRES: `tar` outlives the source and is used by nobody else until finish(); nothing of the
  // member has been read.
  MemberSource(TarReader& tar, const Member& member, std::stop_token stop = {});

  Result<size_t> read(std::span<uint8_t> out) override;

  // Passes over what is left. Errors: as read(); what contradicts itself has been passed over.
  Result<> finish();

  // REQUIRES: finish() was called, and failed only because the archive breaks there: then this is
  // as far as it goes.
  const std::vector<Extent>& extents() const noexcept { return extents_; }
  uint64_t archive_offset() const noexcept { return archive_offset_; }
  // False: it has more extents than an index keeps.
  bool can_be_indexed() const noexcept { return !too_many_; }

 private:
  Result<bool> next_piece();

  Result<> fault(Error error);

  TarReader& tar_;
  const std::stop_token stop_;
  const uint64_t archive_offset_;
  const uint64_t size_bytes_;
  uint64_t position_ = 0;
  Piece piece_{};  // what of it was not given yet
  uint64_t end_of_pieces_ = 0;
  bool ended_ = false;  // no more pieces
  bool too_many_ = false;
  std::optional<Error> fault_;  // final
  std::vector<Extent> extents_;
};

}  // namespace gophercap::archive
