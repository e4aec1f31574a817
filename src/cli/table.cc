#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/escape.h"

namespace gophercap::cli {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kLeastElided = 12;

std::vector<size_t> column_widths(const std::vector<Column>& columns,
                                  const std::vector<std::vector<std::string>>& rows, size_t width) {
  std::vector<size_t> widths;
  for (const Column& column : columns) widths.push_back(display_width(column.title));
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  if (width == 0 || widths.empty()) return widths;
  size_t whole = kGap * (widths.size() - 1);
  for (const size_t w : widths) whole += w;
  if (whole <= width) return widths;
  const auto elided = std::ranges::find_if(columns, &Column::elided);
  if (elided == columns.end()) return widths;
  size_t& narrow = widths[static_cast<size_t>(elided - columns.begin())];
  const size_t excess = whole - width;
  narrow = std::max(std::min(narrow, kLeastElided), narrow > excess ? narrow - excess : 0);
  return widths;
}

void append_row(std::string& out, const std::vector<Column>& columns,
                const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = columns[i].elided ? elide_middle(cells[i], widths[i]) : cells[i];
    const std::string blanks(widths[i] - std::min(widths[i], display_width(cell)), ' ');
    if (i > 0) line.append(kGap, ' ');
    line += columns[i].right_aligned ? blanks + cell : cell + blanks;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

}  // namespace

std::string format_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows, size_t width) {
  const std::vector<size_t> widths = column_widths(columns, rows, width);
  std::string out;
  std::vector<std::string> titles;
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
