#include "cli/text/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/text/escape.h"

namespace gophercap::cli {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kReadable = 24;  // columns for an elided name

using Rows = std::vector<std::vector<std::string>>;

std::vector<size_t> natural_widths(const std::vector<Column>& columns, const Rows& rows) {
  std::vector<size_t> widths;
  widths.reserve(columns.size());
  for (const Column& column : columns) widths.push_back(display_width(column.title));
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  return widths;
}

// Makes `widths` fit into `width` as far as possible; 0 means that the column is left out.
void fit(const std::vector<Column>& columns, size_t width, std::vector<size_t>& widths) {
  const auto elided = std::ranges::find_if(columns, &Column::elided);
  if (elided == columns.end()) return;
  size_t& name = widths[static_cast<size_t>(elided - columns.begin())];
  const size_t least = std::min(name, kReadable);
  const auto others = [&] {
    size_t sum = 0;
    for (const size_t w : widths) sum += w == 0 ? 0 : w + kGap;
    return sum - kGap - name;
  };
  for (int turn = 1; others() + least > width && std::cmp_less_equal(turn, columns.size());
       ++turn) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].leaves == turn) widths[i] = 0;
    }
  }
  const size_t taken = others();
  name = std::min(name, taken + least > width ? least : width - taken);
}

void append_row(std::string& out, const std::vector<Column>& columns,
                const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (widths[i] == 0) continue;
    const std::string cell = columns[i].elided ? elide_middle(cells[i], widths[i]) : cells[i];
    const std::string blanks(widths[i] - std::min(widths[i], display_width(cell)), ' ');
    if (!line.empty()) line.append(kGap, ' ');
    line += columns[i].right_aligned ? blanks + cell : cell + blanks;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

}  // namespace

std::string format_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows, size_t width) {
  std::vector<size_t> widths = natural_widths(columns, rows);
  if (width > 0) fit(columns, width, widths);
  std::string out;
  std::vector<std::string> titles;
  titles.reserve(columns.size());
  for (const Column& column : columns) titles.push_back(column.title);
  append_row(out, columns, titles, widths);
  for (const auto& row : rows) append_row(out, columns, row, widths);
  return out;
}

std::string format_summary(const std::vector<SummaryLine>& lines) {
  size_t width = 0;
  for (const SummaryLine& line : lines) width = std::max(width, display_width(line.name));
  std::string out;
  for (const SummaryLine& line : lines)
    out += fmt::format("{:{}}  {}\n", line.name, width, line.text);
  return out;
}

}  // namespace gophercap::cli
