// Writes the index of a tarball: docs/formats/archive-index.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/index/database.h"
#include "archive/index/indexed_member.h"
#include "archive/index/tarball_identity.h"
#include "base/mutex.h"
#include "base/result.h"
#include "io/codec/checkpoint.h"
#include "io/file/new_file.h"
#include "io/open.h"

namespace gophercap::archive {

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

}  // namespace gophercap::archive
