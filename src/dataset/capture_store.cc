#include "dataset/capture_store.h"

#include <optional>
#include <utility>

#include "archive/index/open_member.h"
#include "dataset/find/member_path.h"
#include "io/codec/pausable_source.h"

namespace gophercap::dataset {

const archive::ArchiveIndex* CaptureStore::index_of(const std::string& tarball) const {
  const auto found = indexes_.find(tarball);
  return found == indexes_.end() ? nullptr : found->second.get();
}

// After a pause, the member is read again from its beginning. Helpers are not used, because they
// would not know where it ends.
void CaptureStore::make_pausable(const MemberPath& parts, const io::InputOptions& options,
                                 io::Input& input) const {
  const archive::ArchiveIndex& index = *index_of(parts.tarball);
  const auto open_again = [&index, parts, fds = options.fds, stop = options.stop](
                              const io::Checkpoint&,
                              io::CheckpointSink*) -> Result<std::unique_ptr<io::ByteSource>> {
    TRY(io::Input again,
        archive::open_member(parts.tarball, index, parts.member, {.fds = fds, .stop = stop}));
    return std::move(again.source);
  };
  auto pausable =
      std::make_unique<io::PausableSource>(std::move(input.source), open_again, options.stop);
  input.pausable = pausable.get();
  input.source = std::move(pausable);
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
      make_pausable(*parts, options, *input);
      return input;
    }
  }
  return io::open_input(path, options);
}

}  // namespace gophercap::dataset
