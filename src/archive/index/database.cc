#include "archive/index/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <utility>

namespace gophercap::archive {
namespace {

Errc code_of(int status) {
  switch (status & 0xff) {
    case SQLITE_FULL:
      return Errc::kNoSpace;
    case SQLITE_NOMEM:
      return Errc::kNoMemory;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return Errc::kPermission;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:  // the requested table or column does not exist
      return Errc::kCorrupt;
    default:
      return Errc::kIo;
  }
}

// SQLite opens files with O_NOFOLLOW. The links in /proc/self/fd must be followed, and they are
// safe.
int open_as_named(const char* name, int flags, int mode) {
  const bool by_descriptor = std::string_view(name).starts_with("/proc/self/fd/");
  return ::open(name, by_descriptor ? flags & ~O_NOFOLLOW : flags, mode);
}

// A copy of SQLite's default VFS that uses paths unchanged. A link in /proc/self/fd leads to the
// open file, while its resolved path may by now be missing or belong to another file. Null if it is
// unavailable.
const char* own_file_system() {
  static const char* const kName = []() -> const char* {
    static sqlite3_vfs ours;
    sqlite3_vfs* usual = sqlite3_vfs_find(nullptr);
    if (usual == nullptr) return nullptr;
    usual->xSetSystemCall(usual, "open", reinterpret_cast<sqlite3_syscall_ptr>(&open_as_named));
    ours = *usual;
    ours.zName = "gophercap";
    ours.pNext = nullptr;
    ours.xFullPathname = [](sqlite3_vfs*, const char* name, int room, char* out) {
      sqlite3_snprintf(room, out, "%s", name);
      return SQLITE_OK;
    };
    return sqlite3_vfs_register(&ours, 0) == SQLITE_OK ? ours.zName : nullptr;
  }();
  return kName;
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      bound_(other.bound_) {}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::reset() noexcept {
  sqlite3_reset(statement_);  // returns the same error as step() has returned
  bound_ = 0;
}

void Statement::bind(int parameter, int64_t value) noexcept {
  note_bound(sqlite3_bind_int64(statement_, parameter + 1, value));
}

void Statement::bind(int parameter, std::span<const uint8_t> bytes) noexcept {
  // A null pointer would be bound as NULL.
  if (bytes.empty()) {
    note_bound(sqlite3_bind_zeroblob(statement_, parameter + 1, 0));
  } else {
    note_bound(
        sqlite3_bind_blob64(statement_, parameter + 1, bytes.data(), bytes.size(), SQLITE_STATIC));
  }
}

// A value that could not be bound would be NULL, or the previous value.
void Statement::note_bound(int status) noexcept {
  if (bound_ == SQLITE_OK) bound_ = status;
}

void Statement::bind(int parameter, std::string_view text) noexcept {
  bind(parameter,
       std::span<const uint8_t>(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

Result<bool> Statement::step() {
  errno = 0;
  if (bound_ != SQLITE_OK) return database_->error(bound_);
  const int status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return database_->error(status);
}

Result<int64_t> Statement::integer(int column) const {
  if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER)
    return database_->error(SQLITE_CORRUPT);
  return int64_t{sqlite3_column_int64(statement_, column)};
}

Result<uint64_t> Statement::count(int column) const {
  TRY(const int64_t value, integer(column));
  if (value < 0) return database_->error(SQLITE_CORRUPT);
  return static_cast<uint64_t>(value);
}

Result<std::span<const uint8_t>> Statement::bytes(int column) const {
  if (sqlite3_column_type(statement_, column) != SQLITE_BLOB)
    return database_->error(SQLITE_CORRUPT);
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  // Null means an empty blob, or that memory ran out.
  if (data == nullptr && database_->out_of_memory_now()) return database_->error(SQLITE_NOMEM);
  return std::span<const uint8_t>(static_cast<const uint8_t*>(data), static_cast<size_t>(size));
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

bool Database::out_of_memory_now() const {
  return (sqlite3_errcode(handle_) & 0xff) == SQLITE_NOMEM;
}

// The errno behind an SQLite error, which itself only says "unable to open database file" or "disk
// I/O error". 0 if it is an error of SQLite.
int Database::refusal(int status) const {
  switch (status & 0xff) {
    case SQLITE_NOMEM:
      return ENOMEM;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOTADB:  // also if its first page could not be read
      return handle_ == nullptr ? 0 : sqlite3_system_errno(handle_);
    default:
      return 0;
  }
}

Error Database::error(int status) const {
  if (const int sys = refusal(status); sys != 0) return errno_error(sys, path_);
  // The error of the system says more than "disk I/O error". SQLite stores the errno of most calls,
  // but not that of a failed commit; then the global errno still has it.
  if (const int family = status & 0xff;
      family == SQLITE_IOERR || family == SQLITE_FULL || family == SQLITE_CANTOPEN) {
    const int left = errno;
    const int kept = handle_ == nullptr ? 0 : sqlite3_system_errno(handle_);
    if (const int sys = kept != 0 ? kept : left; sys != 0) return errno_error(sys, path_);
  }
  if (code_of(status) == Errc::kNoMemory) return out_of_memory(path_);
  const bool ours = (status & 0xff) == SQLITE_CORRUPT || (status & 0xff) == SQLITE_NOTADB;
  // SQLite reports EIO as corruption. A file that was just written cannot be corrupt for another
  // reason.
  if (ours && written_here_) return errno_error(EIO, path_);
  return {
      code_of(status), 0,
      fmt::format("{}: {}", path_,
                  ours ? "can't be read as an index"
                       : (handle_ == nullptr ? sqlite3_errstr(status) : sqlite3_errmsg(handle_)))};
}

Result<std::unique_ptr<Database>> Database::open_with(int fd, const std::string& path,
                                                      std::string_view parameters, int flags) {
  std::unique_ptr<Database> database(new Database(path));
  const std::string name = fmt::format("file:///proc/self/fd/{}{}", fd, parameters);
  errno = 0;
  const int status =
      sqlite3_open_v2(name.c_str(), &database->handle_, flags | SQLITE_OPEN_URI, own_file_system());
  if (status != SQLITE_OK) return database->error(status);
  // The schema in the file is not trusted: functions, views or triggers in it are not used. A new
  // file has no schema yet, and defensive mode would keep the journal.
  const int defensive = (flags & SQLITE_OPEN_READONLY) != 0 ? 1 : 0;
  sqlite3_db_config(database->handle_, SQLITE_DBCONFIG_DEFENSIVE, defensive, nullptr);
  sqlite3_db_config(database->handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database->handle_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_db_config(database->handle_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  constexpr int kLongestValue = 4 << 20;  // paths, extents and windows are shorter
  sqlite3_limit(database->handle_, SQLITE_LIMIT_LENGTH, kLongestValue);
  return database;
}

Result<std::unique_ptr<Database>> Database::create(int fd, const std::string& path) {
  // The file is already locked (io::TempFile). On NFS, that lock would conflict with SQLite's.
  TRY(std::unique_ptr<Database> database, open_with(fd, path, "?nolock=1", SQLITE_OPEN_READWRITE));
  database->written_here_ = true;
  TRY_VOID(
      database->run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -8192;"));
  return database;
}

Result<std::unique_ptr<Database>> Database::open(int fd, const std::string& path) {
  return open_with(fd, path, "?immutable=1", SQLITE_OPEN_READONLY);
}

Result<> Database::run(const char* sql) {
  errno = 0;
  const int status = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return error(status);
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int status =
      sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (status != SQLITE_OK) return error(status);
  return Statement(*this, statement);
}

}  // namespace gophercap::archive
