#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "archive/archive_index.h"
#include "archive/sparse_source.h"
#include "io/file_source.h"
#include "io/slice_source.h"
#include "io/stretch_source.h"

namespace gophercap::archive {

Result<TarballIdentity> identify(const std::string& path) {
  constexpr size_t kHead = size_t{64} << 10;
  TRY(std::unique_ptr<io::FileSource> file, io::FileSource::open(path, nullptr));
  if (!file->facts().regular)
    return Error{Errc::kUnsupported, 0, path + ": is no regular file, so it has no index"};
  std::vector<uint8_t> head(
      static_cast<size_t>(std::min<uint64_t>(kHead, file->facts().size_bytes)));
  size_t filled = 0;
  while (filled < head.size()) {
    TRY(const size_t got, file->read(std::span(head).subspan(filled)));
    if (got == 0) break;
    filled += got;
  }
  return TarballIdentity{file->facts().size_bytes, file->facts().mtime_ns,
                         XXH3_64bits(head.data(), filled)};
}

namespace {

class IndexedStream final : public io::CheckpointedStream {
 public:
  IndexedStream(std::string path, const ArchiveIndex& index, const io::InputOptions& options)
      : path_(std::move(path)), index_(index), fds_(options.fds), stop_(options.stop) {}

  Result<std::optional<io::Checkpoint>> checkpoint_behind(uint64_t plain_offset) override {
    // Where nothing is compressed there is nothing to do at once.
    if (index_.compression() == io::Compression::kNone) return std::optional<io::Checkpoint>();
    return index_.checkpoint_behind(plain_offset);
  }

  Result<std::unique_ptr<io::ByteSource>> open_at(io::Checkpoint checkpoint,
                                                  io::DecodePool* pool) override {
    TRY(std::unique_ptr<io::FileSource> file, io::FileSource::open(path_, fds_, stop_));
    if (file->facts().size_bytes != index_.identity().size_bytes ||
        file->facts().mtime_ns != index_.identity().mtime_ns) {
      return Error{Errc::kIo, 0, path_ + ": has changed since its index was made"};
    }
    file->seek(checkpoint.stored_offset);
    return io::decode_from(std::move(checkpoint), index_.compression(), std::move(file), pool);
  }

 private:
  const std::string path_;
  const ArchiveIndex& index_;
  io::FdCache* const fds_;
  const std::stop_token stop_;
};

}  // namespace

Result<io::Input> open_member(const std::string& tarball_path, const ArchiveIndex& index,
                              std::string_view path, const io::InputOptions& options) {
  TRY(const IndexedMember member, index.find(path));
  TRY(io::Checkpoint first, index.checkpoint_for(member.archive_offset));
  // Where nothing is compressed, every byte is a place to begin.
  if (index.compression() == io::Compression::kNone)
    first = {.plain_offset = member.archive_offset, .stored_offset = member.archive_offset};
  if (first.plain_offset > member.archive_offset)
    return Error{Errc::kCorrupt, 0, "index: a checkpoint behind what it is for"};
  const uint64_t skip = member.archive_offset - first.plain_offset;
  uint64_t stored = member.size_bytes;
  if (!member.extents.empty()) {
    stored = 0;
    for (const Extent& extent : member.extents) stored += extent.size_bytes;
  }
  auto archive = std::make_unique<io::StretchSource>(
      std::make_unique<IndexedStream>(tarball_path, index, options), std::move(first),
      member.archive_offset + stored, options.pool);
  std::unique_ptr<io::ByteSource> bytes =
      std::make_unique<io::SliceSource>(std::move(archive), skip, stored);
  if (!member.extents.empty()) {
    bytes = std::make_unique<SparseSource>(std::move(bytes), member.extents, member.size_bytes,
                                           options.stop);
  }
  TRY(io::Input input, io::decode(std::move(bytes), options.pool));
  input.facts = {.size_bytes = member.size_bytes, .mtime_ns = member.mtime_ns, .regular = true};
  return input;
}

}  // namespace gophercap::archive
