// The little of SQLite that an index needs, in our terms.
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

// A prepared statement. Parameters and columns are counted from 0. Not thread-safe.
class Statement {
 public:
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;

  // Begins anew; what was bound stays until it is bound again.
  void reset() noexcept;
  // The bytes have to live until the statement is reset or bound again.
  void bind(int parameter, int64_t value) noexcept;
  void bind(int parameter, std::string_view text) noexcept;  // stored as bytes
  void bind(int parameter, std::span<const uint8_t> bytes) noexcept;

  // True: there is a row. False: there is no more.
  // Also fails where something could not be bound.
  Result<bool> step();
  // The columns of the row. kCorrupt where a column has another type or, as a count, is negative.
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
  int bound_ = 0;  // the first status of binding that is not SQLITE_OK
};

// Not thread-safe. Errors: kCorrupt (no database, or a damaged one), kNoSpace, kIo, with the path.
class Database {
 public:
  // The empty file behind this descriptor is made into a database that is written without a
  // journal: it is of use only when it is complete. `path` is for errors. REQUIRES: the descriptor
  // stays open until this has returned.
  static Result<std::unique_ptr<Database>> create(int fd, const std::string& path);
  // The same of a file that is read, and that nobody writes to.
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
