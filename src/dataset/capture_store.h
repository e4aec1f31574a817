// Opens the captures of a set, both files and members of tarballs.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "archive/index/archive_index.h"
#include "base/result.h"
#include "dataset/find/member_path.h"
#include "dataset/scan/file_summary.h"
#include "io/file/fd_cache.h"
#include "io/open.h"

namespace gophercap::dataset {

// Thread-safe after all tarballs were added.
class CaptureStore {
 public:
  void add(const std::string& tarball, std::shared_ptr<const archive::ArchiveIndex> index) {
    indexes_[tarball] = std::move(index);
  }
  void remove(const std::string& tarball) { indexes_.erase(tarball); }
  // Returns null if the tarball was not added.
  const archive::ArchiveIndex* index_of(const std::string& tarball) const;

  // `path` is that of a FileSummary. REQUIRES: the store outlives the source.
  Result<io::Input> open(const std::string& path, const io::InputOptions& options = {}) const;

 private:
  void make_pausable(const MemberPath& parts, const io::InputOptions& options,
                     io::Input& input) const;

  std::unordered_map<std::string, std::shared_ptr<const archive::ArchiveIndex>> indexes_;
};

}  // namespace gophercap::dataset
