// The index of a tarball: where each file in it lies, and where its decompression can begin.
// docs/formats/archive-index.md has the written form, an SQLite database.
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

// How much of a tarball an index has; in numbers, as it is written.
enum class Coverage : uint8_t {
  kUpToDamage = 0,  // it breaks where the index ends
  kWhole = 1,
  kMembersLeftOut = 2,  // to its end, but some of those asked for could not be used
  kDoubtful = 3,        // to its end, but headers were damaged: only a pass can tell of which
};

// By this a tarball is known again, wherever it lies now.
struct TarballIdentity {
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  uint64_t head_hash = 0;  // XXH3 of its first 64 KiB

  bool operator==(const TarballIdentity&) const = default;
};

// Errors: kUnsupported for what is no regular file.
Result<TarballIdentity> identify(const std::string& path);

// Bytes of a file that lie together in the archive; those of its extents follow one another there.
struct Extent {
  uint64_t offset = 0;  // in the file
  uint64_t size_bytes = 0;

  bool operator==(const Extent&) const = default;
};

// What the path of a member is, as against that in the archive.
enum class NameOrigin : uint8_t {
  kOwn = 0,
  kNumbered = 1,  // the path was there before
  kLink = 2,      // of a link that leads to the member
};

struct IndexedMember {
  std::string path;             // as it would be extracted; bytes
  uint64_t archive_offset = 0;  // of its first byte, in the plain archive
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  // Of a sparse file, in order; empty: all of it lies together.
  std::vector<Extent> extents{};
  // Of the first of its headers, in the plain archive: what the index says of a member is held
  // against them.
  uint64_t header_offset = 0;
  NameOrigin origin = NameOrigin::kOwn;
  std::string stored_path{};  // in the archive, without "./"; empty with kOwn

  bool operator==(const IndexedMember&) const = default;
};

// More extents than this are not kept: such a member has no place in the index.
inline constexpr size_t kMostExtents = 200'000;
// Zeros take time as bytes do. No capture has so many.
inline constexpr uint64_t kLargestHole = uint64_t{64} << 30;

// The path of the `number`th (from 1) index in a folder for tarballs of this name: two tarballs of
// one name can have their indexes beside one dump.
std::string index_path(const std::string& folder, std::string_view tarball_path, unsigned number);

// Thread-safe: the checkpoints come from the thread that decompresses.
class IndexWriter {
 public:
  // Writes beside `path`, which appears in finish(). Destroyed before: nothing stays.
  // `tarball_path` is for people.
  static Result<std::unique_ptr<IndexWriter>> create(const std::string& path,
                                                     const std::string& tarball_path,
                                                     const TarballIdentity& identity,
                                                     io::Compression compression);
  ~IndexWriter();
  IndexWriter(const IndexWriter&) = delete;
  IndexWriter& operator=(const IndexWriter&) = delete;

  // A path that is there already keeps its first member. kInvalidArgument: a number that does not
  // fit into 63 bits.
  Result<> add(const IndexedMember& member);
  // Another path of the member at `target`. False: there is no such member.
  Result<bool> add_link(std::string_view path, std::string_view target);
  Result<> add(const io::Checkpoint& checkpoint);
  // `plain_bytes` of the archive, as far as it could be read.
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

// Thread-safe. Hostile files are expected: kCorrupt, kUnsupported (another version).
class ArchiveIndex {
 public:
  // `owners`: see io::open_file().
  static Result<std::unique_ptr<ArchiveIndex>> open(const std::string& path,
                                                    io::Owners owners = io::Owners::kTrusted);
  // Whether there is an index, of any version and in any state: then it may be replaced.
  static bool is_at(const std::string& path);
  ~ArchiveIndex();
  ArchiveIndex(const ArchiveIndex&) = delete;
  ArchiveIndex& operator=(const ArchiveIndex&) = delete;

  // Where it is.
  const std::string& path() const noexcept { return path_; }
  const TarballIdentity& identity() const noexcept { return identity_; }
  // Where the tarball was when the index was made, as it was given then.
  const std::string& tarball_path() const noexcept { return tarball_path_; }
  io::Compression compression() const noexcept { return compression_; }
  uint64_t plain_bytes() const noexcept { return plain_bytes_; }
  Coverage coverage() const noexcept { return coverage_; }

  // Ordered by the bytes of their paths, as far as `visit` says true. It must not call the index.
  Result<> each_member(const std::function<bool(const IndexedMember&)>& visit) const;
  // kNotFound.
  Result<IndexedMember> find(std::string_view path) const;
  // The last one at or before that byte of the plain archive; the beginning where there is none.
  Result<io::Checkpoint> checkpoint_for(uint64_t plain_offset) const;
  // The first one behind that byte.
  Result<std::optional<io::Checkpoint>> checkpoint_behind(uint64_t plain_offset) const;
  // How many bytes are decoded for nothing on the way to that one.
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

// Opens a member of the tarball at `tarball_path`, decoded from wherever the index allows it to
// begin, with helpers from one such place to the next. Its facts are those of the member. kIo: the
// tarball is not the one of the index (size and time are looked at, the head is not), or it is not
// what the index says of it, here or as it is read: such an error names the index (is_disagreement)
// and says nothing of the tarball, which only a pass over it can do. REQUIRES: the index outlives
// the source.
Result<io::Input> open_member(const std::string& tarball_path, const ArchiveIndex& index,
                              std::string_view member, const io::InputOptions& options = {});

// Holds members against their headers in the tarball, in the order in which they lie there, as far
// as that takes less than decoding kMostChecked bytes. Fails as open_member().
inline constexpr uint64_t kMostChecked = uint64_t{32} << 20;
Result<> check_members(const std::string& tarball_path, const ArchiveIndex& index,
                       const std::vector<std::string>& members, const std::stop_token& stop);

// An error of an index that is not that of its tarball, and so has to be made anew.
Error disagreement(const std::string& index_path, std::string_view what);
bool is_disagreement(std::string_view reason);

}  // namespace gophercap::archive
