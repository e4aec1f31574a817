#include "dataset/capture_store.h"

#include <optional>

#include "dataset/file_summary.h"

namespace gophercap::dataset {

const archive::ArchiveIndex* CaptureStore::index_of(const std::string& tarball) const {
  const auto found = indexes_.find(tarball);
  return found == indexes_.end() ? nullptr : found->second.get();
}

Result<io::Input> CaptureStore::open(const std::string& path,
                                     const io::InputOptions& options) const {
  if (!indexes_.empty()) {
    const std::optional<MemberPath> parts = split_member_path(
        path, [&](const std::string& tarball) { return indexes_.contains(tarball); });
    if (parts) {
      Result<io::Input> input =
          archive::open_member(parts->tarball, *index_of(parts->tarball), parts->member, options);
      if (!input) return input.error().with_context(path);
      return input;
    }
  }
  return io::open_input(path, options);
}

}  // namespace gophercap::dataset
