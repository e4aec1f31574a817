// A small wrapper around the part of SQLite that an index needs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gophercap::archive {

class Database;

// A prepared statement. Parameters and columns are numbered from 0. Not thread-safe.
class Statement {
 public:
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;

  // Restarts the statement and keeps its bound values.
  void reset() noexcept;
  // Bound bytes must stay valid until the statement is reset or bound again.
  void bind(int parameter, int64_t value) noexcept;
  void bind(int parameter, std::string_view text) noexcept;  // stored as bytes
  void bind(int parameter, std::span<const uint8_t> bytes) noexcept;

  // Returns true if there is a row, false at the end. Also fails if a value could not be bound.
  Result<bool> step();
  // Columns of the current row. kCorrupt if a column has another type or a count is negative.
  Result<int64_t> integer(int column) const;
  Result<uint64_t> count(int column) const;
  // Valid until the next step() or reset().
  Result<std::span<const uint8_t>> bytes(int column) const;

 private:
  friend class Database;
  Statement(Database& database, sqlite3_stmt* statement)
      : database_(&database), statement_(statement) {}

  void note_bound(int status) noexcept;

  Database* database_;
  sqlite3_stmt* statement_;
  int bound_ = 0;  // first status of a bind call that is not SQLITE_OK
};

// Not thread-safe. Errors (kCorrupt for a damaged file or one that is not a database, kNoSpace,
// kIo) name the path.
class Database {
 public:
  // Turns the empty file behind this descriptor into a database. It is written without a journal,
  // since it is useful only when it is complete. `path` is for errors. REQUIRES: the descriptor
  // stays open until this returns.
  static Result<std::unique_ptr<Database>> create(int fd, const std::string& path);
  // Opens an existing file read-only, assuming that nobody writes to it.
  static Result<std::unique_ptr<Database>> open(int fd, const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Result<> run(const char* sql);
  // REQUIRES: the statement does not outlive the database.
  Result<Statement> prepare(std::string_view sql);

 private:
  friend class Statement;
  explicit Database(std::string path) : path_(std::move(path)) {}
  static Result<std::unique_ptr<Database>> open_with(int fd, const std::string& path,
                                                     std::string_view parameters, int flags);
  Error error(int status) const;
  int refusal(int status) const;
  bool out_of_memory_now() const;

  std::string path_;
  sqlite3* handle_ = nullptr;
  bool written_here_ = false;
};

}  // namespace gophercap::archive
