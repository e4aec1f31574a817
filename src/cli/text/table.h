// Columns of text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gophercap::cli {

struct Column {
  std::string title;
  bool right_aligned = false;
  bool elided = false;  // gives way in the middle where the table is too wide; at most one column
  int leaves =
      0;  // not 0: left out, 1 first, where the elided column would become too narrow to read
};

// Cells are escaped already, one for each column in each row. `width` 0 = as wide as it has to be.
// No blanks at line ends.
std::string format_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows, size_t width);

// "name   text" lines for a summary.
struct SummaryLine {
  std::string name;
  std::string text;
};
std::string format_summary(const std::vector<SummaryLine>& lines);

}  // namespace gophercap::cli
