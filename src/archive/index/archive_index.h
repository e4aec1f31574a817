// The index of a tarball: where each of its files is, and where decompression can begin. It is an
// SQLite database; docs/formats/archive-index.md describes it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "archive/index/database.h"
#include "base/fd.h"
#include "base/mutex.h"
#include "base/result.h"
#include "io/codec/checkpoint.h"
#include "io/file/new_file.h"
#include "io/open.h"

namespace gophercap::archive {

// How much of a tarball an index covers. The numbers are stored in the file.
enum class Coverage : uint8_t {
  kUpToDamage = 0,  // the tarball breaks off where the index ends
  kWhole = 1,
  kMembersLeftOut = 2,  // complete, but some of the selected members could not be used
  kDoubtful = 3,        // complete, but headers were damaged; only another pass can tell which
                        // members are affected
};

// Identifies a tarball, wherever it is.
struct TarballIdentity {
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  uint64_t head_hash = 0;  // XXH3 of its first 64 KiB

  bool operator==(const TarballIdentity&) const = default;
};

// Fails with kUnsupported if it is not a regular file.
Result<TarballIdentity> identify(const std::string& path);

// Bytes of a file that are contiguous in the archive. The extents of a file follow one another
// there.
struct Extent {
  uint64_t offset = 0;  // offset in the file
  uint64_t size_bytes = 0;

  bool operator==(const Extent&) const = default;
};

// How the path of a member in the index relates to that in the archive.
enum class NameOrigin : uint8_t {
  kOwn = 0,
  kNumbered = 1,  // numbered because the path was taken
  kLink = 2,      // the path of a link to the member
};

struct IndexedMember {
  std::string path;             // the path it would be extracted to, as bytes
  uint64_t archive_offset = 0;  // of its first byte, in the decompressed archive
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  // Extents of a sparse file, in order; empty if the file is contiguous.
  std::vector<Extent> extents{};
  // Offset of the first of its headers in the decompressed archive. The index entry is checked
  // against these headers.
  uint64_t header_offset = 0;
  NameOrigin origin = NameOrigin::kOwn;
  std::string stored_path{};  // in the archive, without "./"; empty with kOwn

  bool operator==(const IndexedMember&) const = default;
};

// Members with more extents than this are not put into the index.
inline constexpr size_t kMostExtents = 200'000;
// Reading zeros takes time too, and no capture contains this many.
inline constexpr uint64_t kLargestHole = uint64_t{64} << 30;

// Returns the path of the `number`th (from 1) index for tarballs with this name in a folder, since
// two tarballs with the same name may have their indexes beside the same dump.
std::string index_path(const std::string& folder, std::string_view tarball_path, unsigned number);

// Thread-safe, because checkpoints come from the decompressing thread.
class IndexWriter {
 public:
  // Writes a temporary file beside `path`; finish() gives it its name. If it is destroyed before,
  // nothing is left. `tarball_path` is informative only.
  static Result<std::unique_ptr<IndexWriter>> create(const std::string& path,
                                                     const std::string& tarball_path,
                                                     const TarballIdentity& identity,
                                                     io::Compression compression);
  ~IndexWriter();
  IndexWriter(const IndexWriter&) = delete;
  IndexWriter& operator=(const IndexWriter&) = delete;

  // If the path exists already, its first member stays. kInvalidArgument if a number does not fit
  // into 63 bits.
  Result<> add(const IndexedMember& member);
  // Adds another path for the member at `target`. Returns false if there is no such member.
  Result<bool> add_link(std::string_view path, std::string_view target);
  Result<> add(const io::Checkpoint& checkpoint);
  // `plain_bytes` is the length of the decompressed archive, as far as it could be read.
  Result<> finish(uint64_t plain_bytes, Coverage coverage);

 private:
  explicit IndexWriter(std::string path);
  Result<> add_facts(uint64_t plain_bytes, Coverage coverage) REQUIRES_LOCK(mutex_);
  Result<> prepare(const std::string& tarball_path, const TarballIdentity& identity,
                   io::Compression compression);

  const std::string path_;
  std::string tarball_path_;
  TarballIdentity identity_;
  io::Compression compression_ = io::Compression::kNone;
  std::optional<io::NewFile> file_;
  Mutex mutex_;
  std::unique_ptr<Database> database_ GUARDED_BY(mutex_);
  std::optional<Statement> add_member_ GUARDED_BY(mutex_);
  std::optional<Statement> add_checkpoint_ GUARDED_BY(mutex_);
  std::vector<uint8_t> packed_ GUARDED_BY(mutex_);
};

// Thread-safe. Files may be hostile: kCorrupt, kUnsupported (another version).
class ArchiveIndex {
 public:
  // For `owners` see io::open_file().
  static Result<std::unique_ptr<ArchiveIndex>> open(const std::string& path,
                                                    io::Owners owners = io::Owners::kTrusted);
  // Returns whether there is an index of any version and in any state, so that it may be replaced.
  static bool is_at(const std::string& path);
  ~ArchiveIndex();
  ArchiveIndex(const ArchiveIndex&) = delete;
  ArchiveIndex& operator=(const ArchiveIndex&) = delete;

  // The path of the index.
  const std::string& path() const noexcept { return path_; }
  const TarballIdentity& identity() const noexcept { return identity_; }
  // The path of the tarball as given when the index was made.
  const std::string& tarball_path() const noexcept { return tarball_path_; }
  io::Compression compression() const noexcept { return compression_; }
  uint64_t plain_bytes() const noexcept { return plain_bytes_; }
  Coverage coverage() const noexcept { return coverage_; }

  // Calls `visit` for the members, ordered by the bytes of their paths, until it returns false.
  // `visit` must not call the index.
  Result<> each_member(const std::function<bool(const IndexedMember&)>& visit) const;
  // Fails with kNotFound if there is no such member.
  Result<IndexedMember> find(std::string_view path) const;
  // Returns the last checkpoint at or before that byte of the decompressed archive, or the
  // beginning.
  Result<io::Checkpoint> checkpoint_for(uint64_t plain_offset) const;
  // Returns the first checkpoint after that byte.
  Result<std::optional<io::Checkpoint>> checkpoint_behind(uint64_t plain_offset) const;
  // How many bytes have to be decoded and dropped to get to that byte.
  Result<uint64_t> decoded_before(uint64_t plain_offset) const;

 private:
  ArchiveIndex() = default;
  Result<> read_facts();
  Result<> check_rows() REQUIRES_LOCK(mutex_);
  Result<std::optional<io::Checkpoint>> checkpoint_by(std::string_view condition,
                                                      uint64_t plain_offset) const;

  std::string path_;
  TarballIdentity identity_;
  uint64_t rows_hash_ = 0;
  std::string tarball_path_;
  io::Compression compression_ = io::Compression::kNone;
  uint64_t plain_bytes_ = 0;
  Coverage coverage_ = Coverage::kUpToDamage;
  mutable Mutex mutex_;
  std::unique_ptr<Database> database_ GUARDED_BY(mutex_);
};

// Opens a member of the tarball at `tarball_path`. Decoding starts at the nearest checkpoint, and
// helpers decode from checkpoint to checkpoint. The facts of the input are those of the member.
// Fails with kIo if the tarball is not the one of the index (size and time are checked, its head is
// not), or contradicts the index, now or while it is read. Such an error names the index
// (is_disagreement()) and does not mean that the tarball is damaged; only a pass over it can tell.
// REQUIRES: the index outlives the source.
Result<io::Input> open_member(const std::string& tarball_path, const ArchiveIndex& index,
                              std::string_view member, const io::InputOptions& options = {});

// Compares members with their headers in the tarball, in archive order, as far as this takes less
// than decoding kMostChecked bytes. Fails like open_member().
inline constexpr uint64_t kMostChecked = uint64_t{32} << 20;
Result<> check_members(const std::string& tarball_path, const ArchiveIndex& index,
                       const std::vector<std::string>& members, const std::stop_token& stop);

// The error for an index that does not match its tarball and has to be made anew.
Error disagreement(const std::string& index_path, std::string_view what);
bool is_disagreement(std::string_view reason);

}  // namespace gophercap::archive
