// Reads the members of a tar archive one after another: ustar, GNU, pax and V7, sparse files, large
// numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "archive/tar/block_feed.h"
#include "archive/tar/tar_header.h"
#include "archive/tar/tar_member.h"
#include "base/result.h"

namespace gophercap::archive {

// A part of a member's data and its offset; everything outside the pieces is a hole.
struct Piece {
  std::span<const uint8_t> bytes;
  uint64_t offset = 0;
};

// Places in an archive that had to be skipped. A member may have been lost at each of them.
struct TarLosses {
  static constexpr size_t kMostKept = 20;
  struct Place {
    uint64_t offset = 0;  // in the decompressed archive
    std::string reason;   // the end of a sentence: "a damaged header; 1,024 bytes passed over"
  };

  uint64_t count = 0;
  uint64_t bytes = 0;
  std::vector<Place> first;  // at most kMostKept
};

// Beginning and end of a member are determined as in GNU tar, which has written most archives;
// libarchive parses the headers. Concatenated archives are read as one, as with `tar
// --ignore-zeros`. After a damaged header, reading continues at the next valid one. Not
// thread-safe.
class TarReader {
 public:
  // Reads up to the first header. REQUIRES: `feed` outlives the reader.
  static Result<std::unique_ptr<TarReader>> open(BlockFeed& feed);
  ~TarReader();
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  // Goes to the next member, whether the current one was read or not. Returns false at the end of
  // the archive. Errors are final: kUnsupported (not a tar archive), kCorrupt, kTruncated (also if
  // the end mark is missing), those of the feed.
  Result<bool> next(Member& member);

  // Returns the next data of the member, valid until the next call. Returns false if the member is
  // complete.
  Result<bool> read(Piece& piece);

  // Offset of the first header of the member.
  uint64_t header_offset() const noexcept;

  // The losses so far.
  const TarLosses& losses() const noexcept;

  // True after next() or read() has failed.
  bool failed() const noexcept;

  // Offset in the archive after the last bytes read, or of the place where it broke off, after a
  // failure. Between next() and the first read() it is the offset of the member's data.
  uint64_t plain_bytes() const noexcept;

 private:
  class Walk;
  explicit TarReader(std::unique_ptr<Walk> walk);

  std::unique_ptr<Walk> walk_;
};

}  // namespace gophercap::archive
