#include "archive/index/open_member.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/index/member_source.h"
#include "archive/tar/block_feed.h"
#include "archive/tar/member_names.h"
#include "archive/tar/member_path.h"
#include "archive/tar/tar_reader.h"
#include "io/file/file_source.h"
#include "io/parallel/stretch_source.h"
#include "io/prefixed_source.h"
#include "io/slice_source.h"

namespace gophercap::archive {

namespace {

class IndexedStream final : public io::CheckpointedStream {
 public:
  IndexedStream(std::string path, const ArchiveIndex& index, const io::InputOptions& options)
      : path_(std::move(path)), index_(index), fds_(options.fds), stop_(options.stop) {}

  Result<std::optional<io::Checkpoint>> checkpoint_behind(uint64_t plain_offset) override {
    // An uncompressed archive gains nothing from parallel decoding.
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

// Returns whether the cause may be a wrong index; data read by means of the index cannot tell.
bool may_be_of_the_index(const Error& error) {
  return error.code == Errc::kCorrupt || error.code == Errc::kTruncated ||
         error.code == Errc::kUnsupported;
}

// Feeds the headers of a member to a TarReader. With keep(), it keeps the data that was read with
// them.
class HeaderFeed final : public BlockFeed {
 public:
  explicit HeaderFeed(std::unique_ptr<io::ByteSource> source) : source_(std::move(source)) {}

  Result<std::span<const uint8_t>> next() override {
    TRY(const size_t got, source_->read(block_));
    const std::span<const uint8_t> bytes(block_.data(), got);
    if (keeping_) seen_.insert(seen_.end(), bytes.begin(), bytes.end());
    return bytes;
  }

  // Returns the bytes from `offset` on, including those already read. REQUIRES: `offset` is within
  // these.
  std::unique_ptr<io::ByteSource> rest_from(uint64_t offset) && {
    seen_.erase(seen_.begin(), seen_.begin() + static_cast<std::ptrdiff_t>(offset));
    return std::make_unique<io::PrefixedSource>(std::move(seen_), std::move(source_));
  }
  uint64_t given() const noexcept { return seen_.size(); }
  void stop_keeping() {
    keeping_ = false;
    seen_ = {};
  }

 private:
  std::unique_ptr<io::ByteSource> source_;
  std::array<uint8_t, size_t{16} << 10> block_;
  std::vector<uint8_t> seen_;
  bool keeping_ = true;
};

// Assembles the bytes of a sparse member as the tarball says.
class SparseMember final : public io::ByteSource {
 public:
  SparseMember(std::unique_ptr<HeaderFeed> feed, std::unique_ptr<TarReader> tar,
               const Member& member, std::stop_token stop)
      : feed_(std::move(feed)), tar_(std::move(tar)), bytes_(*tar_, member, std::move(stop)) {
    feed_->stop_keeping();
  }
  Result<size_t> read(std::span<uint8_t> out) override { return bytes_.read(out); }

 private:
  std::unique_ptr<HeaderFeed> feed_;
  std::unique_ptr<TarReader> tar_;
  MemberSource bytes_;
};

// The bytes of a member. Since errors may be caused by a wrong index, they do not count as damage
// of the capture unless the index itself says that the tarball breaks off there.
class ByIndex final : public io::ByteSource {
 public:
  ByIndex(std::unique_ptr<io::ByteSource> bytes, const ArchiveIndex& index, uint64_t archive_offset)
      : bytes_(std::move(bytes)), index_(index), position_(archive_offset) {}

  Result<size_t> read(std::span<uint8_t> out) override {
    Result<size_t> got = bytes_->read(out);
    if (got) position_ += *got;
    if (!got && may_be_of_the_index(got.error()) && !breaks_here())
      return disagreement(index_.path(), got.error().what);
    return got;
  }

 private:
  // With and without helpers, decoders stop up to a few blocks apart.
  bool breaks_here() const noexcept {
    constexpr uint64_t kBlocks = uint64_t{1} << 20;
    return index_.coverage() == Coverage::kUpToDamage &&
           position_ + kBlocks >= index_.plain_bytes();
  }

  std::unique_ptr<io::ByteSource> bytes_;
  const ArchiveIndex& index_;
  uint64_t position_;  // in the decompressed archive, without holes
};

// Returns how the member differs from the index; empty if it does not.
std::string difference(const IndexedMember& indexed, const Member& member,
                       uint64_t archive_offset) {
  std::vector<std::string_view> parts;
  const bool usable = !split_path(member.path, parts) && member.kind == MemberKind::kFile;
  const std::string path = join_parts(parts, '/');
  const bool own = indexed.origin == NameOrigin::kOwn;
  if (!usable || path != (own ? indexed.path : indexed.stored_path) ||
      (indexed.origin == NameOrigin::kNumbered && !may_be_numbered(indexed.path, path))) {
    return "there is another member at that place";
  }
  if (member.size_bytes != indexed.size_bytes) return "the member has another size";
  if (mtime_ns_of(member) != indexed.mtime_ns) return "the member has another time";
  if (archive_offset != indexed.archive_offset) return "its bytes begin elsewhere";
  return {};
}

// Returns the bytes of the member after its headers were found to match the index.
Result<std::unique_ptr<io::ByteSource>> open_checked(const IndexedMember& indexed,
                                                     std::unique_ptr<io::ByteSource> archive,
                                                     const std::stop_token& stop) {
  auto feed = std::make_unique<HeaderFeed>(std::move(archive));
  TRY(std::unique_ptr<TarReader> tar, TarReader::open(*feed));
  Member member;
  TRY(const bool any, tar->next(member));
  const uint64_t begin = tar->plain_bytes();
  const std::string what = any ? difference(indexed, member, indexed.header_offset + begin)
                               : "there is no member at that place";
  if (!what.empty()) return Error{Errc::kCorrupt, 0, what};
  if (!indexed.extents.empty()) {
    return std::unique_ptr<io::ByteSource>(
        std::make_unique<SparseMember>(std::move(feed), std::move(tar), member, stop));
  }
  tar.reset();
  if (begin > feed->given()) return Error{Errc::kCorrupt, 0, "its bytes are not there"};
  return std::unique_ptr<io::ByteSource>(
      std::make_unique<io::SliceSource>(std::move(*feed).rest_from(begin), 0, indexed.size_bytes));
}

// The bytes and facts of a member as the tarball has them.
struct Opened {
  std::unique_ptr<io::ByteSource> bytes;
  io::FileFacts facts;
};

Result<Opened> open_by(const std::string& tarball_path, const ArchiveIndex& index,
                       std::string_view path, const io::InputOptions& options) {
  TRY(const IndexedMember member, index.find(path));
  TRY(io::Checkpoint first, index.checkpoint_for(member.header_offset));
  // In an uncompressed archive, reading can begin at any byte.
  if (index.compression() == io::Compression::kNone)
    first = {.plain_offset = member.header_offset, .stored_offset = member.header_offset};
  if (first.plain_offset > member.header_offset)
    return Error{Errc::kCorrupt, 0, "index: a checkpoint behind what it is for"};
  const uint64_t skip = member.header_offset - first.plain_offset;
  uint64_t stored = member.size_bytes;
  if (!member.extents.empty()) {
    stored = 0;
    for (const Extent& extent : member.extents) stored += extent.size_bytes;
  }
  if (stored > INT64_MAX - member.archive_offset)
    return Error{Errc::kCorrupt, 0, "index: a member beyond all files"};
  // A sparse member is read up to the end of its last block.
  const uint64_t end = member.extents.empty() ? member.archive_offset + stored
                                              : whole_blocks(member.archive_offset + stored);
  auto archive = std::make_unique<io::StretchSource>(
      std::make_unique<IndexedStream>(tarball_path, index, options), std::move(first), end,
      options.pool);
  TRY(std::unique_ptr<io::ByteSource> bytes,
      open_checked(
          member,
          std::make_unique<io::SliceSource>(std::move(archive), skip, end - member.header_offset),
          options.stop));
  return Opened{std::make_unique<ByIndex>(std::move(bytes), index, member.archive_offset),
                {.size_bytes = member.size_bytes, .mtime_ns = member.mtime_ns, .regular = true}};
}

}  // namespace

Error disagreement(const std::string& index_path, std::string_view what) {
  return {Errc::kIo, 0,
          fmt::format("{}: the index and its tarball disagree: {}; map the tarball again",
                      index_path, what),
          Cause::kIndexMismatch};
}

Result<io::Input> open_member(const std::string& tarball_path, const ArchiveIndex& index,
                              std::string_view path, const io::InputOptions& options) {
  Result<Opened> opened = open_by(tarball_path, index, path, options);
  if (!opened && may_be_of_the_index(opened.error()))
    return disagreement(index.path(), opened.error().what);
  if (!opened) return opened.error();
  TRY(io::Input input, io::decode(std::move(opened->bytes), options.pool));
  input.facts = opened->facts;
  return input;
}

Result<> check_members(const std::string& tarball_path, const ArchiveIndex& index,
                       const std::vector<std::string>& members, const std::stop_token& stop) {
  std::vector<std::pair<uint64_t, const std::string*>> order;
  for (const std::string& path : members) {
    Result<IndexedMember> member = index.find(path);
    if (!member && member.error().code != Errc::kNotFound)
      return disagreement(index.path(), member.error().what);
    if (member) order.emplace_back(member->header_offset, &path);
  }
  std::sort(order.begin(), order.end());
  uint64_t work = 0;
  for (const auto& [offset, path] : order) {
    constexpr uint64_t kOpening = uint64_t{64} << 10;
    TRY(const uint64_t before, index.decoded_before(offset));
    work += before + kOpening;
    if (work > kMostChecked) break;
    if (stop.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    const Result<Opened> opened = open_by(tarball_path, index, *path, {.stop = stop});
    if (!opened && may_be_of_the_index(opened.error()))
      return disagreement(index.path(), opened.error().what);
    if (!opened) return opened.error();
  }
  return {};
}

}  // namespace gophercap::archive
