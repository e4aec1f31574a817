// An error of SQLite is reported as an error, never as NULL or an empty value.
#include "archive/index/database.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "testing/temp_dir.h"

namespace gophercap::archive {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(file_.valid());
    Result<std::unique_ptr<Database>> made = Database::create(file_.value(), "x.index");
    ASSERT_TRUE(made) << made.error().what;
    database_ = *std::move(made);
    ASSERT_TRUE(database_->run("CREATE TABLE t (a BLOB)"));
  }
  void TearDown() override { sqlite3_hard_heap_limit64(0); }

  Statement prepare(std::string_view sql) {
    Result<Statement> statement = database_->prepare(sql);
    EXPECT_TRUE(statement) << statement.error().what;
    return *std::move(statement);
  }

  testing::TempDir dir_;
  Fd file_{::open(dir_.path("x.index").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  std::unique_ptr<Database> database_;
};

TEST_F(DatabaseTest, WhatCannotBeBoundIsNotWritten) {
  Statement insert = prepare("INSERT INTO t VALUES (?)");
  const std::vector<uint8_t> too_long((size_t{4} << 20) + 1);
  insert.bind(0, too_long);
  EXPECT_FALSE(insert.step()) << "NULL was written";
  insert.bind(0, int64_t{7});
  EXPECT_FALSE(insert.step()) << "the row may have other parameters than that one";
  insert.reset();
  insert.bind(1, int64_t{7});
  EXPECT_FALSE(insert.step()) << "there is no such parameter";
  insert.reset();
  insert.bind(0, int64_t{7});
  Result<bool> written = insert.step();
  ASSERT_TRUE(written) << written.error().what;

  Statement count = prepare("SELECT count(*) FROM t");
  ASSERT_TRUE(count.step());
  const Result<int64_t> rows = count.integer(0);
  ASSERT_TRUE(rows);
  EXPECT_EQ(*rows, 1);
}

// SQLite answers with a null pointer.
TEST_F(DatabaseTest, BytesForWhichThereIsNoMemoryAreNotEmpty) {
  // The conversion of a column allocates when its bytes are requested.
  ASSERT_TRUE(database_->run("INSERT INTO t VALUES (3000000)"));
  Statement zeros = prepare("SELECT zeroblob(a) FROM t");
  ASSERT_TRUE(zeros.step());
  sqlite3_hard_heap_limit64(sqlite3_memory_used() + 1'000'000);
  const Result<std::span<const uint8_t>> refused = zeros.bytes(0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kNoMemory);
  sqlite3_hard_heap_limit64(0);

  Statement again = prepare("SELECT zeroblob(a) FROM t");
  ASSERT_TRUE(again.step());
  const Result<std::span<const uint8_t>> bytes = again.bytes(0);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->size(), 3'000'000u);
}

TEST_F(DatabaseTest, AnEmptyBlobIsOneAndNullIsNone) {
  Statement insert = prepare("INSERT INTO t VALUES (?)");
  insert.bind(0, std::string_view());
  ASSERT_TRUE(insert.step());
  Statement select = prepare("SELECT a, NULL FROM t");
  ASSERT_TRUE(select.step());
  const Result<std::span<const uint8_t>> empty = select.bytes(0);
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->empty());
  EXPECT_FALSE(select.bytes(1));
}

}  // namespace
}  // namespace gophercap::archive
