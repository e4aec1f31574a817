#include "archive/index/archive_index.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/index/index_format.h"
#include "base/bytes.h"
#include "base/saturating.h"
#include "io/file/open_file.h"

namespace gophercap::archive {
namespace {

Error damaged(std::string_view what) {
  return {Errc::kCorrupt, 0, fmt::format("index: {}", what)};
}

std::string_view text_of(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<std::vector<Extent>> extents_of(std::span<const uint8_t> bytes, uint64_t size_bytes) {
  if (bytes.size() % 16 != 0 || bytes.size() / 16 > kMostExtents) return damaged("extents");
  std::vector<Extent> extents(bytes.size() / 16);
  uint64_t end = 0;
  for (size_t i = 0; i < extents.size(); ++i) {
    extents[i] = {load_le64(bytes.data() + 16 * i), load_le64(bytes.data() + 16 * i + 8)};
    const Extent& extent = extents[i];
    if (extent.offset < end || extent.offset > size_bytes ||
        extent.size_bytes > size_bytes - extent.offset) {
      return damaged("extents outside of their file");
    }
    end = extent.offset + extent.size_bytes;
  }
  return extents;
}

Result<> check_row(const Statement& row, int column, const RowHash& hash) {
  TRY(const int64_t stored, row.integer(column));
  if (stored != hash.value()) return damaged("a row that has changed");
  return {};
}

Result<IndexedMember> member_of(const Statement& row) {
  IndexedMember member;
  TRY(const std::span<const uint8_t> path, row.bytes(0));
  member.path = text_of(path);
  TRY(member.archive_offset, row.count(1));
  TRY(member.size_bytes, row.count(2));
  TRY(member.mtime_ns, row.integer(3));
  TRY(const std::span<const uint8_t> extents, row.bytes(4));
  TRY(member.header_offset, row.count(5));
  TRY(const uint64_t origin, row.count(6));
  TRY(const std::span<const uint8_t> stored_path, row.bytes(7));
  TRY_VOID(check_row(row, 8,
                     RowHash()
                         .add(path)
                         .add(member.archive_offset)
                         .add(member.size_bytes)
                         .add(member.mtime_ns)
                         .add(extents)
                         .add(member.header_offset)
                         .add(origin)
                         .add(stored_path)));
  if (origin > uint64_t{static_cast<uint8_t>(NameOrigin::kLink)} ||
      member.header_offset > member.archive_offset) {
    return damaged("a member that contradicts itself");
  }
  member.origin = static_cast<NameOrigin>(origin);
  member.stored_path = text_of(stored_path);
  TRY(member.extents, extents_of(extents, member.size_bytes));
  return member;
}

Result<uint32_t> number_of(const Statement& row, int column, uint32_t most) {
  TRY(const uint64_t value, row.count(column));
  if (value > most) return damaged("a number out of range");
  return static_cast<uint32_t>(value);
}

Result<std::vector<uint8_t>> window_of(std::span<const uint8_t> packed) {
  std::vector<uint8_t> window;
  if (packed.empty()) return window;
  window.resize(io::Checkpoint::kMostWindow);
  const size_t size = ZSTD_decompress(window.data(), window.size(), packed.data(), packed.size());
  if (ZSTD_isError(size) != 0) return damaged("a window that can't be unpacked");
  window.resize(size);
  return window;
}

}  // namespace

ArchiveIndex::~ArchiveIndex() = default;

Result<std::unique_ptr<ArchiveIndex>> ArchiveIndex::open(const std::string& path,
                                                         io::Owners owners) {
  // SQLite would wait for the writer of a FIFO and open the path again later.
  TRY(Fd file, io::open_file(path, owners));
  if (!io::is_regular(file.value()))
    return Error{Errc::kUnsupported, 0, path + ": is no regular file, so no index"};
  std::unique_ptr<ArchiveIndex> index(new ArchiveIndex());
  index->path_ = path;
  {
    const MutexLock lock(index->mutex_);
    TRY(index->database_, Database::open(file.value(), path));
  }
  if (const Result<> read = index->read_facts(); !read) return read.error();
  return index;
}

Result<> ArchiveIndex::read_facts() {
  const MutexLock lock(mutex_);
  for (const auto& [pragma, expected] :
       {std::pair("PRAGMA application_id", kIndexApplication),
        std::pair("PRAGMA user_version", int64_t{kIndexVersion})}) {
    TRY(Statement row, database_->prepare(pragma));
    TRY(const bool any, row.step());
    if (!any) return damaged("says nothing of itself");
    TRY(const int64_t value, row.integer(0));
    if (value != expected)
      return Error{Errc::kUnsupported, 0, "index: of another program or version"};
  }
  TRY(Statement row,
      database_->prepare("SELECT size_bytes, mtime_ns, head_hash, compression,"
                         " plain_bytes, path, complete, rows_hash, row_hash FROM archive"));
  TRY(const bool any, row.step());
  if (!any) return damaged("of no archive");
  TRY(identity_.size_bytes, row.count(0));
  TRY(identity_.mtime_ns, row.integer(1));
  TRY(const int64_t head_hash, row.integer(2));
  identity_.head_hash = static_cast<uint64_t>(head_hash);
  TRY(const std::span<const uint8_t> word, row.bytes(3));
  const auto known = value_of_word<io::Compression>(text_of(word));
  if (!known) return damaged("an unknown compression");
  compression_ = *known;
  TRY(plain_bytes_, row.count(4));
  TRY(const std::span<const uint8_t> path, row.bytes(5));
  tarball_path_ = text_of(path);
  TRY(const int64_t coverage, row.integer(6));
  if (coverage < 0 || coverage > static_cast<int64_t>(Coverage::kDoubtful))
    return damaged("an unknown coverage");
  coverage_ = static_cast<Coverage>(coverage);
  TRY(const int64_t rows_hash, row.integer(7));
  TRY_VOID(check_row(row, 8,
                     RowHash()
                         .add(path)
                         .add(identity_.size_bytes)
                         .add(identity_.mtime_ns)
                         .add(identity_.head_hash)
                         .add(word)
                         .add(plain_bytes_)
                         .add(coverage)
                         .add(rows_hash)));
  rows_hash_ = static_cast<uint64_t>(rows_hash);
  return check_rows();
}

// Checks that no row is missing or comes from another index.
Result<> ArchiveIndex::check_rows() {
  TRY(const int64_t hash, hash_of_rows(*database_));
  if (static_cast<uint64_t>(hash) != rows_hash_) return damaged("rows that have changed");
  return {};
}

bool ArchiveIndex::is_at(const std::string& path) {
  const Result<Fd> file = io::open_file(path);
  if (!file || !io::is_regular(file->value())) return false;
  const Result<std::unique_ptr<Database>> database = Database::open(file->value(), path);
  if (!database) return false;
  Result<Statement> row = (*database)->prepare("PRAGMA application_id");
  if (!row) return false;
  const Result<bool> any = row->step();
  if (!any || !*any) return false;
  const Result<int64_t> value = row->integer(0);
  return value && *value == kIndexApplication;
}

Result<> ArchiveIndex::each_member(const std::function<bool(const IndexedMember&)>& visit) const {
  const MutexLock lock(mutex_);
  TRY(Statement rows,
      database_->prepare("SELECT path, archive_offset, size_bytes, mtime_ns, extents,"
                         " header_offset, origin, stored_path, row_hash"
                         " FROM members ORDER BY path"));
  TRY(bool more, rows.step());
  while (more) {
    TRY(const IndexedMember member, member_of(rows));
    if (!visit(member)) return {};
    TRY(more, rows.step());
  }
  return {};
}

Result<IndexedMember> ArchiveIndex::find(std::string_view path) const {
  const MutexLock lock(mutex_);
  TRY(Statement row,
      database_->prepare("SELECT path, archive_offset, size_bytes, mtime_ns, extents,"
                         " header_offset, origin, stored_path, row_hash"
                         " FROM members WHERE path = ?"));
  row.bind(0, path);
  TRY(const bool any, row.step());
  if (!any) return Error{Errc::kNotFound, 0, fmt::format("{}: no such member", path)};
  return member_of(row);
}

Result<std::optional<io::Checkpoint>> ArchiveIndex::checkpoint_by(std::string_view condition,
                                                                  uint64_t plain_offset) const {
  const MutexLock lock(mutex_);
  TRY(Statement row, database_->prepare(fmt::format(
                         "SELECT plain_offset, stored_offset, inside_member, used_bits, member_crc,"
                         " member_size, row_hash, window FROM checkpoints WHERE {} LIMIT 1",
                         condition)));
  row.bind(0, saturated_int64(plain_offset));
  TRY(const bool any, row.step());
  if (!any) return std::optional<io::Checkpoint>();
  io::Checkpoint checkpoint;
  TRY(checkpoint.plain_offset, row.count(0));
  TRY(checkpoint.stored_offset, row.count(1));
  TRY(const uint32_t inside, number_of(row, 2, 1));
  checkpoint.inside_member = inside == 1;
  TRY(const uint32_t bits, number_of(row, 3, 7));
  checkpoint.used_bits = static_cast<uint8_t>(bits);
  TRY(checkpoint.member_crc, number_of(row, 4, std::numeric_limits<uint32_t>::max()));
  TRY(checkpoint.member_size, number_of(row, 5, std::numeric_limits<uint32_t>::max()));
  TRY(const std::span<const uint8_t> packed, row.bytes(7));
  TRY_VOID(check_row(row, 6,
                     RowHash()
                         .add(checkpoint.plain_offset)
                         .add(checkpoint.stored_offset)
                         .add(int64_t{inside})
                         .add(int64_t{bits})
                         .add(int64_t{checkpoint.member_crc})
                         .add(int64_t{checkpoint.member_size})
                         .add(packed)));
  TRY(checkpoint.window, window_of(packed));
  return std::optional(std::move(checkpoint));
}

Result<io::Checkpoint> ArchiveIndex::checkpoint_for(uint64_t plain_offset) const {
  TRY(std::optional<io::Checkpoint> found,
      checkpoint_by("plain_offset <= ? ORDER BY plain_offset DESC", plain_offset));
  return found ? *std::move(found) : io::Checkpoint();
}

Result<std::optional<io::Checkpoint>> ArchiveIndex::checkpoint_behind(uint64_t plain_offset) const {
  return checkpoint_by("plain_offset > ? ORDER BY plain_offset", plain_offset);
}

Result<uint64_t> ArchiveIndex::decoded_before(uint64_t plain_offset) const {
  if (compression_ == io::Compression::kNone) return 0;
  const MutexLock lock(mutex_);
  TRY(Statement row, database_->prepare("SELECT plain_offset FROM checkpoints WHERE plain_offset"
                                        " <= ? ORDER BY plain_offset DESC LIMIT 1"));
  row.bind(0, saturated_int64(plain_offset));
  TRY(const bool any, row.step());
  if (!any) return plain_offset;
  TRY(const uint64_t from, row.count(0));
  return plain_offset - std::min(from, plain_offset);
}

}  // namespace gophercap::archive
