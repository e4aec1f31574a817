#include "cli/options/option_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

#include "cli/options/option_rows.h"

namespace gophercap::cli {
namespace {

using enum ValueType;
using rows::kOptions;

std::string_view title_of(Group group, Command command) {
  switch (group) {
    case Group::kWhat:
      return command_spec(command).set_title;
    case Group::kPackets:
      return "Which packets";
    case Group::kWhen:
      return "When";
    case Group::kWhere:
      return "Where to";
    case Group::kRewriting:
      return "Rewriting";
    case Group::kReports:
      return "Limits and reports";
    case Group::kAdvanced:
      return "Advanced";
    case Group::kShared:
      break;
  }
  return command == Command::kGlobal ? "Options of all commands" : "Global options";
}

// The group of --dump-json depends on how the command uses the dump.
Group group_of(const OptionSpec& option, Command command) {
  if (option.command != Command::kGlobal) return option.group;
  const CommandSpec& spec = command_spec(command);
  if (spec.set_title.empty()) return Group::kShared;
  if (option.type != kDump) return option.group;
  return spec.dump == DumpUse::kWrites  ? Group::kWhere
         : spec.dump == DumpUse::kReads ? Group::kWhat
                                        : Group::kShared;
}

}  // namespace

std::span<const OptionSpec> option_table() {
  return kOptions;
}

std::vector<const OptionSpec*> options_of(Command command) {
  std::vector<const OptionSpec*> found;
  for (const OptionSpec& option : kOptions) {
    if (option.command == command) found.push_back(&option);
  }
  for (const OptionSpec& option : kOptions) {
    if (option.command == Command::kGlobal && command != Command::kGlobal) found.push_back(&option);
  }
  return found;
}

std::vector<OptionGroup> option_groups(Command command) {
  const std::vector<const OptionSpec*> options = options_of(command);
  std::vector<OptionGroup> groups;
  for (const Group group : {Group::kWhat, Group::kPackets, Group::kWhen, Group::kWhere,
                            Group::kRewriting, Group::kReports, Group::kAdvanced, Group::kShared}) {
    OptionGroup found{title_of(group, command), {}};
    std::ranges::copy_if(options, std::back_inserter(found.options), [&](const OptionSpec* option) {
      return group_of(*option, command) == group;
    });
    if (found.options.empty()) continue;
    // Everyday options first; options of this command before those of all commands.
    std::stable_partition(found.options.begin(), found.options.end(),
                          [](const OptionSpec* option) { return option->everyday; });
    groups.push_back(std::move(found));
  }
  return groups;
}

const OptionSpec* find_option(Command command, std::string_view name) {
  for (const OptionSpec& option : kOptions) {
    if (option.command != command && option.command != Command::kGlobal) continue;
    if (option.name == name || (!option.alias.empty() && option.alias == name)) return &option;
  }
  return nullptr;
}

bool is_list(ValueType type) noexcept {
  return type == kStringList || type == kPathList || type == kPrefixChanges || type == kOut ||
         type == kPrefixPairs || type == kPortPairs || type == kMacRules || type == kVlanRules;
}

bool names_file(ValueType type) noexcept {
  return type == kPath || type == kPathList || type == kOutputPath || type == kMetrics ||
         type == kDump;
}

bool is_output(const OptionSpec& option, Command command) noexcept {
  return option.type == kOutputPath || option.type == kMetrics ||
         (option.type == kDump && command_spec(command).dump == DumpUse::kWrites);
}

bool names_something(ValueType type) noexcept {
  return names_file(type) || type == kInterface || type == kOut;
}

size_t option_index(const OptionSpec& option) noexcept {
  return static_cast<size_t>(&option - kOptions.data());
}

std::string default_text(const OptionSpec& option) {
  if (!option.default_shown.empty()) return std::string(option.default_shown);
  if (option.type == kBool && option.default_value == "false") return {};
  return std::string(option.default_value);
}

std::string default_here(const OptionSpec& option) {
  if (option.default_shown == rows::kOnePerCpu)
    return fmt::format("{}", std::max(1U, std::thread::hardware_concurrency()));
  return default_text(option);
}

std::string environment_name(std::string_view key) {
  std::string name = "GOPHERCAP_";
  for (const char c : key) {
    name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::vector<std::string_view> choices(const OptionSpec& option) {
  std::vector<std::string_view> words;
  for (const ChoiceWord& word : option.words) words.push_back(word.word);
  return words;
}

}  // namespace gophercap::cli
