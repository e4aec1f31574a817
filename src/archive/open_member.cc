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

Result<io::Input> open_member(const std::string& tarball_path, const ArchiveIndex& index,
                              std::string_view path, io::FdCache* fds, io::DecodePool* pool) {
  TRY(const IndexedMember member, index.find(path));
  TRY(std::unique_ptr<io::FileSource> file, io::FileSource::open(tarball_path, fds));
  if (file->facts().size_bytes != index.identity().size_bytes ||
      file->facts().mtime_ns != index.identity().mtime_ns) {
    return Error{Errc::kIo, 0, tarball_path + ": has changed since its index was made"};
  }
  TRY(io::Checkpoint checkpoint, index.checkpoint_for(member.archive_offset));
  // Where nothing is compressed, every byte is a place to begin.
  if (index.compression() == io::Compression::kNone)
    checkpoint = {.plain_offset = member.archive_offset, .stored_offset = member.archive_offset};
  if (checkpoint.plain_offset > member.archive_offset)
    return Error{Errc::kCorrupt, 0, "index: a checkpoint behind what it is for"};
  const uint64_t skip = member.archive_offset - checkpoint.plain_offset;
  file->seek(checkpoint.stored_offset);
  TRY(std::unique_ptr<io::ByteSource> archive,
      io::decode_from(std::move(checkpoint), index.compression(), std::move(file), pool));
  uint64_t stored = member.size_bytes;
  if (!member.extents.empty()) {
    stored = 0;
    for (const Extent& extent : member.extents) stored += extent.size_bytes;
  }
  std::unique_ptr<io::ByteSource> bytes =
      std::make_unique<io::SliceSource>(std::move(archive), skip, stored);
  if (!member.extents.empty()) {
    bytes = std::make_unique<SparseSource>(std::move(bytes), member.extents, member.size_bytes);
  }
  TRY(io::Input input, io::decode(std::move(bytes), pool));
  input.facts = {.size_bytes = member.size_bytes, .mtime_ns = member.mtime_ns, .regular = true};
  return input;
}

}  // namespace gophercap::archive
