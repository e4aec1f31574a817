// Formats columns of text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gophercap::cli {

struct Column {
  std::string title;
  bool right_aligned = false;
  bool elided = false;  // shortened in the middle if the table is too wide; at most one column
  int leaves =
      0;  // if not 0, left out (1 first) when the elided column would become too narrow to read
};

// Cells must be escaped already, one per column in each row. `width` 0: as wide as necessary. Lines
// have no trailing blanks.
std::string format_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows, size_t width);

// "name   text" lines for a summary.
struct SummaryLine {
  std::string name;
  std::string text;
};
std::string format_summary(const std::vector<SummaryLine>& lines);

}  // namespace gophercap::cli
