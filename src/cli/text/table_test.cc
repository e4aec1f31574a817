#include "cli/text/table.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "cli/text/lines_for_test.h"

namespace gophercap::cli {
namespace {

TEST(Table, AlignsAndElides) {
  const std::vector<Column> columns = {
      {.title = "NAME", .elided = true}, {.title = "N", .right_aligned = true}, {.title = "REST"}};
  EXPECT_EQ(format_table(columns, {{"a", "1", ""}, {"bbbbb", "10", "x"}}, 0),
            "NAME    N  REST\na       1\nbbbbb  10  x\n");
  const std::vector<std::vector<std::string>> wide = {{std::string(50, 'b'), "10", "x"}};
  EXPECT_EQ(lines_of(format_table(columns, wide, 40))[1], "bbbbbbbbbbbbbb…bbbbbbbbbbbbbbb  10  x");
  EXPECT_EQ(lines_of(format_table(columns, wide, 5))[1], "bbbbbbbbbbb…bbbbbbbbbbbb  10  x")
      << "not below what can be read";
}

TEST(Table, ColumnsLeaveInTheirTurn) {
  const std::vector<Column> columns = {{.title = "NAME", .elided = true},
                                       {.title = "SECOND", .leaves = 2},
                                       {.title = "STAYS"},
                                       {.title = "FIRST", .leaves = 1}};
  const std::vector<std::vector<std::string>> rows = {{std::string(24, 'b'), "2", "x", "1"}};
  const auto titles = [&](size_t width) {
    return lines_of(format_table(columns, rows, width))[0].substr(24);
  };
  EXPECT_EQ(titles(46), "  SECOND  STAYS  FIRST");
  EXPECT_EQ(titles(45), "  SECOND  STAYS");
  EXPECT_EQ(titles(39), "  SECOND  STAYS");
  EXPECT_EQ(titles(38), "  STAYS");
  EXPECT_EQ(titles(1), "  STAYS");
}

TEST(Summary, Aligns) {
  EXPECT_EQ(format_summary({{"a", "1"}, {"long", "2"}}), "a     1\nlong  2\n");
}

}  // namespace
}  // namespace gophercap::cli
