#include "cli/options/option_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/help/completion.h"
#include "cli/help/example_config.h"
#include "cli/help/help.h"
#include "cli/help/man_page.h"
#include "cli/options/config_file.h"
#include "cli/options/known_keys.h"
#include "cli/options/option_fields.h"
#include "cli/options/option_values.h"
#include "cli/options/parser.h"
#include "cli/options/values.h"

namespace gophercap::cli {
namespace {

// A value that the option takes and that is not its default.
std::string some_value(const OptionSpec& option) {
  switch (option.type) {
    case ValueType::kBool:
      return "true";
    case ValueType::kInteger:
      return "7";
    case ValueType::kSize:
      return "3M";
    case ValueType::kDuration:
      return "5s";
    case ValueType::kTime:
      return "2020-09-28 08:00:00";
    case ValueType::kRatio:
      return option.limit == Limit::kAtMostOne ? "1/4" : "2.4";
    case ValueType::kLimit:
      return "10M";
    case ValueType::kChoice:
      return std::string(choices(option).back());
    case ValueType::kLate:
      return "drop=5ms";
    case ValueType::kClockSteps:
      return "follow=1s";
    case ValueType::kLatenessLimit:
      return "p99=1ms";
    case ValueType::kMac:
      return "02:00:00:00:00:01";
    case ValueType::kSplit:
      return "mac=02:00:00:00:00:01";
    case ValueType::kOut:
      return "vxlan:h,vni=5";
    case ValueType::kPrefixChanges:
      return "/old=/new";
    case ValueType::kPrefixPairs:
      return "10.0.0.0/8=172.0.0.0/8";
    case ValueType::kPortPairs:
      return "80=8080";
    case ValueType::kMacRules:
      return "10.0.0.0/8=02:00:00:00:00:01";
    case ValueType::kVlanRules:
      return "push:5,priority=3";
    default:
      return "x.y";
  }
}

std::string label(const OptionSpec& option) {
  return fmt::format("{} --{}", command_spec(option.command).name, option.name);
}

std::vector<Command> commands_with(const OptionSpec& option) {
  if (option.command != Command::kGlobal) return {option.command};
  std::vector<Command> all = {Command::kGlobal};
  for (const CommandSpec& command : command_table()) all.push_back(command.id);
  return all;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST(OptionTable, ParserTakesEveryOption) {
  for (const OptionSpec& option : option_table()) {
    if (option.name == "help" || option.name == "version") continue;
    for (const Command command : commands_with(option)) {
      if (command == Command::kGlobal) continue;
      const std::vector<std::string> words = {
          std::string(command_spec(command).name),
          fmt::format("--{}={}", option.name, some_value(option))};
      const Arguments arguments = parse_arguments(words);
      ASSERT_TRUE(arguments.complaints.empty())
          << label(option) << ": " << arguments.complaints[0].what;
      ASSERT_EQ(arguments.options.size(), 1U) << label(option);
      EXPECT_EQ(arguments.options[0].option, &option) << label(option);
      EXPECT_EQ(arguments.options[0].values, std::vector{some_value(option)}) << label(option);
    }
  }
}

TEST(OptionTable, OnlyAConfigurationMayLeaveANameEmpty) {
  for (const OptionSpec& option : option_table()) {
    if (!names_something(option.type)) continue;
    for (const Command command : commands_with(option)) {
      if (command == Command::kGlobal) continue;
      const std::vector<std::string> words = {std::string(command_spec(command).name),
                                              fmt::format("--{}=", option.name)};
      EXPECT_EQ(parse_arguments(words).complaints.size(), 1U) << label(option);
    }
    if (option.key.empty()) continue;
    const ConfigFile file = parse_config(fmt::format("{}: \"\"\n", option.key), "c.yaml");
    EXPECT_TRUE(file.complaints.empty()) << label(option);
  }
}

TEST(OptionTable, HelpHasEveryOption) {
  for (const OptionSpec& option : option_table()) {
    for (const Command command : commands_with(option)) {
      const std::string help = help_text(command);
      EXPECT_TRUE(contains(help, fmt::format("--{}", option.name))) << label(option);
      EXPECT_TRUE(contains(help, option.help.substr(0, 15))) << label(option);
      if (const std::string value = default_here(option); !value.empty()) {
        EXPECT_TRUE(contains(help, fmt::format("[{}]", value))) << label(option);
      }
    }
  }
}

TEST(OptionTable, ExampleConfigHasEveryKeyWithItsDefault) {
  const std::string yaml = example_config();
  const ConfigFile file = parse_config(yaml, "example.yaml");
  ASSERT_TRUE(file.complaints.empty()) << file.complaints[0].what;
  EXPECT_TRUE(file.unused_keys.empty());
  std::map<const OptionSpec*, std::vector<std::string>> loaded;
  for (const ConfigValue& value : file.values) loaded[value.option] = value.values;
  for (const OptionSpec& option : option_table()) {
    if (option.key.empty()) continue;
    const std::string_view name = option.key.substr(option.key.rfind('.') + 1);
    EXPECT_TRUE(contains(yaml, fmt::format("{}: ", name))) << label(option);
    EXPECT_TRUE(contains(yaml, fmt::format("Option --{}", option.name))) << label(option);
    if (option.default_value.empty()) {
      EXPECT_FALSE(loaded.contains(&option)) << label(option);
    } else {
      EXPECT_EQ(loaded[&option], std::vector{std::string(option.default_value)}) << label(option);
    }
  }
}

TEST(OptionTable, ConfigurationTakesEveryKey) {
  for (const OptionSpec& option : option_table()) {
    if (option.key.empty()) continue;
    const ConfigFile file =
        parse_config(fmt::format("{}: \"{}\"\n", option.key, some_value(option)), "c.yaml");
    ASSERT_TRUE(file.complaints.empty()) << file.complaints[0].what;
    ASSERT_EQ(file.values.size(), 1U) << label(option);
    EXPECT_EQ(file.values[0].option, &option);
  }
}

TEST(OptionTable, CompletionHasEveryOption) {
  const std::string bash = completion_script("bash");
  const std::string zsh = completion_script("zsh");
  const std::string fish = completion_script("fish");
  for (const OptionSpec& option : option_table()) {
    EXPECT_TRUE(contains(bash, fmt::format("--{}", option.name))) << label(option);
    EXPECT_TRUE(contains(
        zsh, fmt::format("--{}{}[", option.name, option.type == ValueType::kBool ? "" : "=")))
        << label(option);
    EXPECT_TRUE(contains(fish, fmt::format(" -l {} ", option.name))) << label(option);
  }
}

TEST(OptionTable, ManPageHasEveryOption) {
  const std::string page = man_page("1.0");
  for (const OptionSpec& option : option_table()) {
    std::string name(option.name);
    for (size_t i = name.find('-'); i != std::string::npos; i = name.find('-', i + 2))
      name.insert(i, 1, '\\');
    EXPECT_TRUE(contains(page, fmt::format("\\-\\-{}\\fR", name))) << label(option);
    if (!option.key.empty()) {
      EXPECT_TRUE(contains(page, environment_name(option.key))) << label(option);
    }
  }
}

TEST(OptionTable, EveryCommandIsInEveryProduct) {
  for (const CommandSpec& command : command_table()) {
    EXPECT_EQ(find_command(command.name), &command);
    if (command.hidden) continue;
    EXPECT_TRUE(contains(help_text(Command::kGlobal), fmt::format("\n  {} ", command.name)));
    EXPECT_TRUE(contains(man_page("1"), fmt::format(".SS \"{}\"\n", command.name)));
    for (const std::string_view shell : {"bash", "zsh", "fish"}) {
      EXPECT_TRUE(contains(completion_script(shell), command.name)) << shell;
    }
  }
}

// Names in a row are those of options that its command has; a field takes what the row's type
// makes.
TEST(OptionTable, RowsNameWhatThereIs) {
  jobs::SetOptions set;
  jobs::SelectOptions select;
  jobs::ScheduleOptions schedule;
  jobs::DeliveryOptions delivery;
  jobs::OversizeOptions oversize;
  jobs::LinkOptions link;
  rewrite::RuleParts rules;
  jobs::InterfaceTarget interface;
  jobs::FileTarget file;
  jobs::MapOptions map;
  jobs::TarOptions tar;
  const FieldOwners owners{&set,   &select,    &schedule, &delivery, &oversize, &link,
                           &rules, &interface, &file,     &map,      &tar};
  for (const OptionSpec& option : option_table()) {
    for (const std::string_view name : {option.excludes[0], option.excludes[1], option.needs,
                                        option.idle_with[0], option.idle_with[1]}) {
      EXPECT_TRUE(name.empty() || find_option(option.command, name) != nullptr)
          << label(option) << ", " << name;
    }
    EXPECT_EQ(option.type == ValueType::kChoice, !option.words.empty()) << label(option);
    if (option.field == nullptr) continue;
    const Result<Value> value = parse_value(option, some_value(option));
    ASSERT_TRUE(value) << label(option) << ": " << value.error().what;
    EXPECT_NO_THROW(option.field(*value, owners)) << label(option);
  }
}

// A command that is a row only would do nothing.
TEST(OptionTable, EveryCommandHasAHandler) {
  EXPECT_NE(program_spec().run, nullptr);
  for (const CommandSpec& command : command_table()) {
    EXPECT_NE(command.run, nullptr) << command.name;
    EXPECT_EQ(command.operands == Operands::kNone, command.arguments.empty()) << command.name;
    EXPECT_EQ(command.settings, !command.set_title.empty()) << command.name;
  }
}

TEST(OptionTable, KeysFollowTheRule) {
  // Those of the original, which are not <command>.<flag with - as .>, stand in the reference by
  // name.
  for (const OptionSpec& option : option_table()) {
    if (option.key.empty()) {
      EXPECT_TRUE(option.name == "config" || option.name == "help" || option.name == "force" ||
                  option.name == "version")
          << label(option);
      continue;
    }
    std::string key = option.command == Command::kGlobal ? "global"
                      : option.command == Command::kTarExtract
                          ? "tarball"  // as the original calls it
                          : std::string(command_spec(option.command).name);
    key += fmt::format(".{}", option.name);
    for (char& c : key) c = c == '-' ? '.' : c;
    static const std::map<std::string, std::string_view> kOriginals = {
        {"tarball.in.tarball", "tarball.in.file"},
        {"replay.wait.disable", "replay.disable_wait"},
        {"replay.reorder", "replay.reorder.enabled"},
        {"replay.skip.ooo", "replay.skip.out_of_order"},
        {"replay.out", "replay.out.target"}};  // the original has a section "out"
    const auto original = kOriginals.find(key);
    EXPECT_EQ(option.key, original == kOriginals.end() ? key : original->second) << label(option);
  }
}

TEST(OptionTable, IsConsistent) {
  std::set<std::string> keys;
  std::set<std::string> variables;
  std::map<std::string_view, bool> is_bool;
  for (const OptionSpec& option : option_table()) {
    EXPECT_EQ(option.type == ValueType::kBool, option.value_name.empty()) << label(option);
    EXPECT_EQ(find_option(option.command, option.name), &option);
    // The parser has to know whether a value follows before it knows the command.
    const auto [same_name, is_new] = is_bool.emplace(option.name, option.type == ValueType::kBool);
    EXPECT_EQ(same_name->second, option.type == ValueType::kBool) << label(option);
    if (!option.default_value.empty()) {
      EXPECT_TRUE(check_value(option, option.default_value)) << label(option);
    }
    if (option.key.empty()) continue;
    EXPECT_TRUE(keys.emplace(option.key).second) << option.key;
    EXPECT_TRUE(variables.insert(environment_name(option.key)).second) << option.key;
  }
  for (const std::string_view key : unused_keys()) EXPECT_TRUE(keys.emplace(key).second) << key;
  for (const OldKey& old : old_keys()) {
    EXPECT_FALSE(keys.contains(std::string(old.old_name))) << old.old_name;
    EXPECT_TRUE(keys.contains(std::string(old.key))) << old.key;
  }
}

void expect_narrow(const std::string& help) {
  size_t begin = 0;
  for (size_t end = 0; (end = help.find('\n', begin)) != std::string::npos; begin = end + 1) {
    EXPECT_LE(end - begin, 80U) << help.substr(begin, end - begin);
  }
}

TEST(Help, FitsAScreen) {
  std::vector<Command> all = {Command::kGlobal};
  for (const CommandSpec& command : command_table()) all.push_back(command.id);
  for (const Command command : all) {
    const std::string full = help_text(command);
    EXPECT_LE(std::ranges::count(full, '\n'), command == Command::kReplay   ? 156
                                              : command == Command::kVerify ? 124
                                                                            : 60)
        << full;
    const std::string brief = help_text(command, Extent::kEveryday);
    EXPECT_LE(std::ranges::count(brief, '\n'), 40) << brief;
    for (const std::string& help : {full, brief}) {
      expect_narrow(help);
      EXPECT_TRUE(contains(help, "\nExamples:\n"));
    }
  }
  for (const Command command :
       {Command::kGlobal, Command::kMap, Command::kReplay, Command::kVerify}) {
    EXPECT_EQ(command_spec(command).examples.size(), 3U);
  }
}

// What stands under `title`, up to the next empty line.
std::string section_of(const std::string& help, std::string_view title) {
  const size_t begin = help.find(fmt::format("\n{}:\n", title));
  return begin == std::string::npos ? "" : help.substr(begin, help.find("\n\n", begin + 1) - begin);
}

TEST(Help, IsInGroupsTheEverydayOptionsFirst) {
  const std::string help = help_text(Command::kReplay);
  const std::string brief = help_text(Command::kReplay, Extent::kEveryday);
  size_t last = 0;
  for (const auto& [title, option] : {std::pair{"What to replay", "--dump-json"},
                                      {"Which packets", "--time-from"},
                                      {"When", "--time-modifier"},
                                      {"Where to", "--out-interface"},
                                      {"Limits and reports", "--report"},
                                      {"Advanced", "--tx-threads"},
                                      {"Global options", "--config"}}) {
    EXPECT_TRUE(contains(section_of(help, title), option)) << title;
    const size_t place = help.find(fmt::format("\n{}:\n", title));
    EXPECT_GT(place, last) << title;
    last = place;
    EXPECT_TRUE(contains(man_page("1"), fmt::format(".B {}\n", title)) ||
                std::string_view(title) == "Global options");
  }
  EXPECT_FALSE(contains(brief, "Advanced"));
  EXPECT_TRUE(contains(section_of(help_text(Command::kMap), "Where to"), "--dump-json"));
  for (const CommandSpec& command : command_table()) {
    for (const OptionGroup& group : option_groups(command.id)) {
      EXPECT_TRUE(std::ranges::is_partitioned(group.options, &OptionSpec::everyday)) << group.title;
    }
  }
}

TEST(Help, ShortOneHasTheEverydayOptionsOnly) {
  for (const CommandSpec& command : command_table()) {
    const std::string brief = help_text(command.id, Extent::kEveryday);
    for (const OptionSpec* option : options_of(command.id)) {
      if (option->name == "help" || contains(brief, fmt::format("with --{}", option->name)))
        continue;
      EXPECT_EQ(contains(brief, fmt::format("  --{} ", option->name)) ||
                    contains(brief, fmt::format("  --{},", option->name)) ||
                    contains(brief, fmt::format(", --{} ", option->name)) ||
                    contains(brief, fmt::format("  --{}\n", option->name)),
                option->everyday)
          << label(*option);
    }
  }
}

TEST(Help, ExamplesAreValid) {
  for (const CommandSpec& command : command_table()) {
    for (const Example& example : command.examples) {
      std::vector<std::string> words;
      for (const std::string& word : wrap(example.line, 1)) {
        if (word == ">" || word == "|") break;
        words.push_back(word);
      }
      EXPECT_TRUE(parse_arguments(words).complaints.empty()) << example.line;
    }
  }
}

TEST(Wrap, BreaksAtSpacesOnly) {
  EXPECT_EQ(wrap("aa bb cc", 5), (std::vector<std::string>{"aa bb", "cc"}));
  EXPECT_EQ(wrap("aaaaaaaa b", 3), (std::vector<std::string>{"aaaaaaaa", "b"}));
  EXPECT_EQ(wrap("", 3), (std::vector<std::string>{""}));
}

}  // namespace
}  // namespace gophercap::cli
