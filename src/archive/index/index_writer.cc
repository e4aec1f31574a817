#include "archive/index/index_writer.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <zstd.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/index/index_format.h"
#include "base/bytes.h"
#include "io/file/path_walk.h"

namespace gophercap::archive {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE archive (path BLOB NOT NULL, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT "
    "NULL,"
    " head_hash INTEGER NOT NULL, compression BLOB NOT NULL, plain_bytes INTEGER NOT NULL,"
    " complete INTEGER NOT NULL, rows_hash INTEGER NOT NULL, row_hash INTEGER NOT NULL);"
    "CREATE TABLE members (path BLOB PRIMARY KEY, archive_offset INTEGER NOT NULL,"
    " size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, extents BLOB NOT NULL,"
    " header_offset INTEGER NOT NULL, origin INTEGER NOT NULL, stored_path BLOB NOT NULL,"
    " row_hash INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    // The rowid is the plain offset, so the large windows are not stored between the keys.
    "CREATE TABLE checkpoints (plain_offset INTEGER PRIMARY KEY, stored_offset INTEGER NOT NULL,"
    " inside_member INTEGER NOT NULL, used_bits INTEGER NOT NULL, member_crc INTEGER NOT NULL,"
    " member_size INTEGER NOT NULL, row_hash INTEGER NOT NULL, window BLOB NOT NULL);"
    "BEGIN;";

std::vector<uint8_t> bytes_of(const std::vector<Extent>& extents) {
  std::vector<uint8_t> bytes(extents.size() * 16);
  for (size_t i = 0; i < extents.size(); ++i) {
    store_le(bytes.data() + 16 * i, extents[i].offset);
    store_le(bytes.data() + 16 * i + 8, extents[i].size_bytes);
  }
  return bytes;
}

std::vector<Extent> extents_of(std::span<const uint8_t> bytes) {
  std::vector<Extent> extents(bytes.size() / 16);
  for (size_t i = 0; i < extents.size(); ++i)
    extents[i] = {load_le64(bytes.data() + 16 * i), load_le64(bytes.data() + 16 * i + 8)};
  return extents;
}

Result<> fits(uint64_t value) {
  if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return {};
  return Error{Errc::kInvalidArgument, 0, "a number that is too large for an index"};
}

Result<> step_once(Statement& statement) {
  const Result<bool> stepped = statement.step();
  statement.reset();
  if (!stepped) return stepped.error();
  return {};
}

}  // namespace

// Hashes the hashes of all rows in their order.
Result<int64_t> hash_of_rows(Database& database) {
  RowHash hash;
  for (const std::string_view query : {"SELECT row_hash FROM members ORDER BY path",
                                       "SELECT row_hash FROM checkpoints ORDER BY plain_offset"}) {
    TRY(Statement rows, database.prepare(query));
    TRY(bool more, rows.step());
    while (more) {
      TRY(const int64_t row, rows.integer(0));
      hash.add(row);
      TRY(more, rows.step());
    }
    hash.add(uint64_t{0});  // separates the tables
  }
  return hash.value();
}

std::string index_path(const std::string& folder, std::string_view tarball_path, unsigned number) {
  const std::string_view name = tarball_path.substr(tarball_path.rfind('/') + 1);
  const std::string place = folder.empty() || folder.ends_with('/') ? folder : folder + '/';
  return number < 2 ? fmt::format("{}{}.index", place, name)
                    : fmt::format("{}{}.{}.index", place, name, number);
}

IndexWriter::IndexWriter(std::string path) : path_(std::move(path)) {}

Result<std::unique_ptr<IndexWriter>> IndexWriter::create(const std::string& path,
                                                         const std::string& tarball_path,
                                                         const TarballIdentity& identity,
                                                         io::Compression compression) {
  std::unique_ptr<IndexWriter> writer(new IndexWriter(path));
  TRY_VOID(writer->prepare(tarball_path, identity, compression));
  return writer;
}

IndexWriter::~IndexWriter() {
  const MutexLock lock(mutex_);
  add_member_.reset();
  add_checkpoint_.reset();
  database_.reset();
}

Result<> IndexWriter::prepare(const std::string& tarball_path, const TarballIdentity& identity,
                              io::Compression compression) {
  TRY(io::WalkEnd place, io::walk(path_, io::Purpose::kWrite));
  if (place.facts && !S_ISREG(place.facts->st_mode))
    return Error{Errc::kPermission, 0, path_ + ": is no regular file, so no index"};
  TRY(file_, io::NewFile::create(std::move(place), path_));
  const MutexLock lock(mutex_);
  TRY(database_, Database::create(file_->fd(), path_));
  TRY_VOID(database_->run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};",
                                      kIndexApplication, kIndexVersion)
                              .c_str()));
  TRY_VOID(database_->run(kSchema));
  TRY_VOID(fits(identity.size_bytes));
  tarball_path_ = tarball_path;
  identity_ = identity;
  compression_ = compression;
  TRY(Statement add_member,
      database_->prepare("INSERT OR IGNORE INTO members VALUES (?,?,?,?,?,?,?,?,?)"));
  add_member_.emplace(std::move(add_member));
  TRY(Statement add_checkpoint,
      database_->prepare("INSERT OR IGNORE INTO checkpoints VALUES (?,?,?,?,?,?,?,?)"));
  add_checkpoint_.emplace(std::move(add_checkpoint));
  packed_.resize(ZSTD_COMPRESSBOUND(io::Checkpoint::kMostWindow));
  return {};
}

Result<> IndexWriter::add(const IndexedMember& member) {
  TRY_VOID(fits(member.archive_offset));
  TRY_VOID(fits(member.size_bytes));
  TRY_VOID(fits(member.header_offset));
  const std::vector<uint8_t> extents = bytes_of(member.extents);
  const MutexLock lock(mutex_);
  add_member_->bind(0, std::string_view(member.path));
  add_member_->bind(1, static_cast<int64_t>(member.archive_offset));
  add_member_->bind(2, static_cast<int64_t>(member.size_bytes));
  add_member_->bind(3, member.mtime_ns);
  add_member_->bind(4, std::span<const uint8_t>(extents));
  const auto origin = static_cast<int64_t>(member.origin);
  add_member_->bind(5, static_cast<int64_t>(member.header_offset));
  add_member_->bind(6, origin);
  add_member_->bind(7, std::string_view(member.stored_path));
  add_member_->bind(8, RowHash()
                           .add(std::string_view(member.path))
                           .add(member.archive_offset)
                           .add(member.size_bytes)
                           .add(member.mtime_ns)
                           .add(std::span<const uint8_t>(extents))
                           .add(member.header_offset)
                           .add(origin)
                           .add(std::string_view(member.stored_path))
                           .value());
  return step_once(*add_member_);
}

Result<> IndexWriter::add(const io::Checkpoint& checkpoint) {
  TRY_VOID(fits(checkpoint.plain_offset));
  TRY_VOID(fits(checkpoint.stored_offset));
  const MutexLock lock(mutex_);
  size_t packed = 0;
  if (!checkpoint.window.empty()) {
    constexpr int kLevel = 3;
    packed = ZSTD_compress(packed_.data(), packed_.size(), checkpoint.window.data(),
                           checkpoint.window.size(), kLevel);
    if (ZSTD_isError(packed) != 0)
      return Error{Errc::kInternal, 0, std::string("zstd: ") + ZSTD_getErrorName(packed)};
  }
  add_checkpoint_->bind(0, static_cast<int64_t>(checkpoint.plain_offset));
  add_checkpoint_->bind(1, static_cast<int64_t>(checkpoint.stored_offset));
  add_checkpoint_->bind(2, int64_t{checkpoint.inside_member});
  add_checkpoint_->bind(3, int64_t{checkpoint.used_bits});
  add_checkpoint_->bind(4, int64_t{checkpoint.member_crc});
  add_checkpoint_->bind(5, int64_t{checkpoint.member_size});
  const std::span<const uint8_t> window(packed_.data(), packed);
  add_checkpoint_->bind(7, window);
  add_checkpoint_->bind(6, RowHash()
                               .add(checkpoint.plain_offset)
                               .add(checkpoint.stored_offset)
                               .add(int64_t{checkpoint.inside_member})
                               .add(int64_t{checkpoint.used_bits})
                               .add(int64_t{checkpoint.member_crc})
                               .add(int64_t{checkpoint.member_size})
                               .add(window)
                               .value());
  return step_once(*add_checkpoint_);
}

Result<> IndexWriter::add_facts(uint64_t plain_bytes, Coverage coverage) {
  TRY(Statement facts, database_->prepare("INSERT INTO archive VALUES (?,?,?,?,?,?,?,?,?)"));
  TRY(const int64_t rows_hash, hash_of_rows(*database_));
  const std::string_view compression = word_of(compression_);
  facts.bind(0, std::string_view(tarball_path_));
  facts.bind(1, static_cast<int64_t>(identity_.size_bytes));
  facts.bind(2, identity_.mtime_ns);
  facts.bind(3, static_cast<int64_t>(identity_.head_hash));
  facts.bind(4, compression);
  facts.bind(5, static_cast<int64_t>(plain_bytes));
  facts.bind(6, static_cast<int64_t>(coverage));
  facts.bind(7, rows_hash);
  facts.bind(8, RowHash()
                    .add(std::string_view(tarball_path_))
                    .add(identity_.size_bytes)
                    .add(identity_.mtime_ns)
                    .add(identity_.head_hash)
                    .add(compression)
                    .add(plain_bytes)
                    .add(static_cast<int64_t>(coverage))
                    .add(rows_hash)
                    .value());
  return step_once(facts);
}

// Reads the parts of the member at that path that a link needs.
Result<bool> IndexWriter::add_link(std::string_view path, std::string_view target) {
  IndexedMember member;
  {
    const MutexLock lock(mutex_);
    TRY(Statement row,
        database_->prepare("SELECT archive_offset, size_bytes, mtime_ns, extents,"
                           " header_offset, stored_path FROM members WHERE path = ?"));
    row.bind(0, target);
    TRY(const bool any, row.step());
    if (!any) return false;
    TRY(member.archive_offset, row.count(0));
    TRY(member.size_bytes, row.count(1));
    TRY(member.mtime_ns, row.integer(2));
    TRY(const std::span<const uint8_t> extents, row.bytes(3));
    member.extents = extents_of(extents);
    TRY(member.header_offset, row.count(4));
    TRY(const std::span<const uint8_t> stored_path, row.bytes(5));
    member.stored_path.assign(stored_path.begin(), stored_path.end());
  }
  if (member.stored_path.empty()) member.stored_path = target;
  member.origin = NameOrigin::kLink;
  member.path = path;
  TRY_VOID(add(member));
  return true;
}

Result<> IndexWriter::finish(uint64_t plain_bytes, Coverage coverage) {
  TRY_VOID(fits(plain_bytes));
  const MutexLock lock(mutex_);
  TRY_VOID(add_facts(plain_bytes, coverage));
  TRY_VOID(database_->run("COMMIT"));
  add_member_.reset();
  add_checkpoint_.reset();
  database_.reset();
  return file_->publish(io::Sync::kYes);
}

}  // namespace gophercap::archive
