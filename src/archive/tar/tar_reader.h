// The members of a tar archive, one after another: ustar, GNU, pax and V7, sparse files, large
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

// Bytes of a member and where they belong; what no piece covers is a hole.
struct Piece {
  std::span<const uint8_t> bytes;
  uint64_t offset = 0;
};

// Places of an archive that had to be passed over, behind which it went on. A member may have been
// lost at each of them.
struct TarLosses {
  static constexpr size_t kMostKept = 20;
  struct Place {
    uint64_t offset = 0;  // in the plain archive
    std::string reason;   // ends a sentence: "a damaged header; 1,024 bytes passed over"
  };

  uint64_t count = 0;
  uint64_t bytes = 0;
  std::vector<Place> first;  // kMostKept of them at most
};

// Where members begin and end is read as GNU tar does it, whose archives most are; what a header
// says of its member is read by libarchive. Archives that were put one behind the other are read
// as one, as `tar --ignore-zeros` does. Behind a damaged header it goes on at the next good one.
// Not thread-safe.
class TarReader {
 public:
  // REQUIRES: `feed` outlives the reader. Reads up to the first header.
  static Result<std::unique_ptr<TarReader>> open(BlockFeed& feed);
  ~TarReader();
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  // The next member, whether the one before was read or not. False: the archive has ended.
  // Errors, which are final: kUnsupported (no tar archive), kCorrupt, kTruncated (also where the
  // mark at the end is missing), the feed's own.
  Result<bool> next(Member& member);

  // The next bytes of the member, valid until the next call. False: it is complete.
  Result<bool> read(Piece& piece);

  // Where the first header of the member begins.
  uint64_t header_offset() const noexcept;

  // Up to now.
  const TarLosses& losses() const noexcept;

  // Whether next() or read() has failed.
  bool failed() const noexcept;

  // Bytes of the archive up to what was read last; where it broke once it has failed. Between
  // next() and the first read() this is where the bytes of the member begin.
  uint64_t plain_bytes() const noexcept;

 private:
  class Walk;
  explicit TarReader(std::unique_ptr<Walk> walk);

  std::unique_ptr<Walk> walk_;
};

}  // namespace gophercap::archive
