// The index of a tarball: where each of its files is, and where decompression can begin. It is an
// SQLite database; docs/formats/archive-index.md describes it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "archive/index/database.h"
#include "archive/index/indexed_member.h"
#include "archive/index/tarball_identity.h"
#include "base/mutex.h"
#include "base/result.h"
#include "io/codec/checkpoint.h"
#include "io/open.h"

namespace gophercap::archive {

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

}  // namespace gophercap::archive
