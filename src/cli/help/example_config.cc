#include "cli/help/example_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/help/help.h"
#include "cli/options/option_table.h"

namespace gophercap::cli {
namespace {

std::vector<std::string_view> parts_of(std::string_view key) {
  std::vector<std::string_view> parts;
  while (!key.empty()) {
    const size_t dot = key.find('.');
    parts.push_back(key.substr(0, dot));
    key = dot == std::string_view::npos ? std::string_view{} : key.substr(dot + 1);
  }
  return parts;
}

// Returns the groups of a key and the rest of its name. A key that is itself an option (replay.tx)
// cannot be a group too, so keys below it are written with a dot (tx.threads).
std::pair<std::vector<std::string_view>, std::string> place_of(
    std::string_view key, const std::vector<const OptionSpec*>& options) {
  std::vector<std::string_view> groups = parts_of(key);
  std::string name(groups.back());
  groups.pop_back();
  for (const OptionSpec* other : options) {
    if (!key.starts_with(std::string(other->key) + ".")) continue;
    for (size_t below = parts_of(other->key).size(); groups.size() >= below;) {
      name = fmt::format("{}.{}", groups.back(), name);
      groups.pop_back();
    }
  }
  return {std::move(groups), std::move(name)};
}

std::string yaml_value(const OptionSpec& option) {
  if (is_list(option.type)) return "[]";
  switch (option.type) {
    case ValueType::kBool:
    case ValueType::kInteger:
      return std::string(option.default_value);
    default:
      // Defaults are plain text without quotes or backslashes; a test loads the whole file.
      return fmt::format("\"{}\"", option.default_value);
  }
}

void append_comment(std::string& out, const OptionSpec& option, size_t depth) {
  std::string text(option.help);
  text += fmt::format(". Option --{}", option.name);
  if (option.type == ValueType::kChoice)
    text += fmt::format(", one of {}", fmt::join(choices(option), ", "));
  if (!option.default_shown.empty()) text += fmt::format("; default: {}", default_text(option));
  for (const std::string& line : wrap(text, 100 - 2 * depth))
    out += fmt::format("{:{}}# {}\n", "", 2 * depth, line);
}

}  // namespace

std::string example_config() {
  std::string out =
      "# Configuration of gophercap: all keys with their defaults. It is read from the path of "
      "--config, otherwise from\n"
      "# ~/.go-replay.yaml. The environment (GOPHERCAP_MAP_FILE_WORKERS for map.file.workers) "
      "overrides it, and the\n"
      "# command line overrides both.\n";
  std::vector<const OptionSpec*> options;
  for (const OptionSpec& option : option_table()) {
    if (!option.key.empty()) options.push_back(&option);
  }
  // Sorted by key, so that every group is written once; "global" comes first, and all other keys
  // are under their command.
  std::ranges::stable_sort(options, {}, [](const OptionSpec* option) {
    return std::pair(option->command != Command::kGlobal, parts_of(option->key));
  });
  std::vector<std::string_view> open;
  for (const OptionSpec* option : options) {
    const auto [groups, name] = place_of(option->key, options);
    const size_t common =
        static_cast<size_t>(std::ranges::mismatch(open, groups).in1 - open.begin());
    for (size_t depth = common; depth < groups.size(); ++depth) {
      if (depth == 0) out += '\n';
      out += fmt::format("{:{}}{}:\n", "", 2 * depth, groups[depth]);
    }
    open = groups;
    append_comment(out, *option, groups.size());
    out += fmt::format("{:{}}{}: {}\n", "", 2 * groups.size(), name, yaml_value(*option));
  }
  return out;
}

}  // namespace gophercap::cli
