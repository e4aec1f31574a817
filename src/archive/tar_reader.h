// The members of a tar archive, one after another: ustar, GNU, pax and V7, sparse files, large
// numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "archive/block_feed.h"
#include "base/result.h"

namespace gophercap::archive {

enum class MemberKind : uint8_t { kFile, kFolder, kHardLink, kSymlink, kDevice, kFifo, kOther };

struct Member {
  std::string path;  // the bytes of the archive, not checked for anything
  std::string link;  // target of a link
  MemberKind kind = MemberKind::kFile;
  uint64_t size_bytes = 0;  // of the file, its holes included
  int64_t mtime_seconds = 0;
  uint32_t mtime_nanos = 0;
  uint32_t mode = 0;  // permissions, set-id and sticky bits
};

// Nanoseconds since 1970; of times that they can't hold, the nearest.
int64_t mtime_ns_of(const Member& member) noexcept;

// Bytes of a member and where they belong; what no piece covers is a hole.
struct Piece {
  std::span<const uint8_t> bytes;
  uint64_t offset = 0;
};

// Whether these may be the first bytes of a tar archive: a header whose checksum is right.
bool begins_tar(std::span<const uint8_t> front) noexcept;
inline constexpr size_t kTarHeaderBytes = 512;  // what begins_tar() needs

// The format is read by libarchive, of which only the tar reader is switched on. Archives that were
// put one behind the other are read as one, as `tar --ignore-zeros` does. Not thread-safe.
class TarReader {
 public:
  // REQUIRES: `feed` outlives the reader.
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

  // Whether next() or read() has failed.
  bool failed() const noexcept;

  // Bytes of the archive up to what was read last; where it broke once it has failed. Between
  // next() and the first read() this is where the bytes of the member begin.
  uint64_t plain_bytes() const noexcept;

 private:
  class Library;
  explicit TarReader(std::unique_ptr<Library> library);

  std::unique_ptr<Library> library_;
};

}  // namespace gophercap::archive
