#include "cli/help/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/options/option_table.h"
#include "cli/text/escape.h"

namespace gophercap::cli {
namespace {

constexpr size_t kColumns = 80;
constexpr size_t kHelpColumn = 24;

// "  name      text text": the text is wrapped in its column; a long name gets its own line.
void append_entry(std::string& out, std::string_view name, std::string_view text) {
  out += fmt::format("  {}", name);
  size_t column = 2 + display_width(name);
  if (column + 2 > kHelpColumn) {
    out += '\n';
    column = 0;
  }
  for (const std::string& line : wrap(text, kColumns - kHelpColumn)) {
    out += fmt::format("{:{}}{}\n", "", kHelpColumn - column, line);
    column = 0;
  }
}

std::string option_names(const OptionSpec& option) {
  std::string names;
  if (option.alias.size() == 1) names = fmt::format("-{}, ", option.alias);
  names += fmt::format("--{}", option.name);
  if (!option.value_name.empty()) names += fmt::format(" {}", option.value_name);
  if (option.alias.size() > 1) names += fmt::format(", --{}", option.alias);
  return names;
}

void append_options(std::string& out, Command command, Extent extent) {
  for (const OptionGroup& group : option_groups(command)) {
    const bool listed = extent == Extent::kAll || command == Command::kGlobal ||
                        group.options.front()->everyday;  // everyday options come first
    if (listed) out += fmt::format("\n{}:\n", group.title);
    for (const OptionSpec* option : group.options) {
      if (extent == Extent::kEveryday && !option->everyday) continue;
      std::string text(option->help);
      if (const std::string value = default_here(*option); !value.empty())
        text += fmt::format(" [{}]", value);
      append_entry(out, option_names(*option), text);
    }
  }
}

// Remarks are in a column beside the commands, or above them if one would not fit.
void append_examples(std::string& out, const CommandSpec& command) {
  size_t line_width = 0;
  size_t remark_width = 0;
  for (const Example& example : command.examples) {
    line_width = std::max(line_width, example.line.size());
    remark_width = std::max(remark_width, example.what.size());
  }
  const bool beside =
      std::string_view("  gophercap   # ").size() + line_width + remark_width <= kColumns;
  out += "\nExamples:\n";
  for (const Example& example : command.examples) {
    out += beside ? fmt::format("  gophercap {:{}}  # {}\n", example.line, line_width, example.what)
                  : fmt::format("  # {}\n  gophercap {}\n", example.what, example.line);
  }
}

void append_commands(std::string& out) {
  out += "\nCommands:\n";
  for (const CommandSpec& command : command_table()) {
    if (!command.hidden) append_entry(out, command.name, command.summary);
  }
}

void append_details(std::string& out, std::string_view rest) {
  if (!rest.empty()) out += '\n';
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    for (const std::string& line : wrap(rest.substr(0, end), kColumns)) out += line + "\n";
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
}

constexpr std::string_view kExitStatus =
    "Exit status: 0 ok, 1 failed, 2 usage, 3 done but damaged or skipped, 4 not found";

}  // namespace

std::vector<std::string> wrap(std::string_view text, size_t columns) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (display_width(line) + 1 + display_width(word) <= columns) {
      line += ' ';
      line += word;
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

std::string help_text(Command id, Extent extent) {
  const CommandSpec& command = command_spec(id);
  const bool program = id == Command::kGlobal;
  std::string out =
      fmt::format("Usage: gophercap {}{}[OPTION]...{}{}\n", command.name, program ? "" : " ",
                  command.arguments.empty() ? "" : " ", command.arguments);
  out += fmt::format("{}\n", command.summary);
  if (extent == Extent::kAll) append_details(out, command.details);
  if (program) append_commands(out);
  append_options(out, id, extent);
  append_examples(out, command);
  if (extent == Extent::kAll) {
    out += fmt::format("\n{}\n", kExitStatus);
  } else {
    out += fmt::format("\ngophercap {}{}--help explains all options\n", command.name,
                       program ? "" : " ");
  }
  return out;
}

std::string short_usage() {
  std::vector<std::string_view> names;
  for (const CommandSpec& command : command_table()) {
    if (!command.hidden) names.push_back(command.name);
  }
  return fmt::format(
      "usage: gophercap COMMAND [OPTION]... (commands: {})\ngophercap --help explains all "
      "options\n",
      fmt::join(names, ", "));
}

}  // namespace gophercap::cli
