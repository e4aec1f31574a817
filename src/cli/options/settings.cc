#include "cli/options/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/options/environment.h"
#include "cli/options/known_keys.h"
#include "cli/options/suggest.h"
#include "cli/options/values.h"

namespace gophercap::cli {

namespace {

std::vector<std::string> default_of(const OptionSpec& option) {
  if (option.default_value.empty()) return {};
  return {std::string(option.default_value)};
}

}  // namespace

Settings::Settings() {
  for (const OptionSpec& option : option_table())
    settings_.push_back(
        {default_of(option), parse_values(option, default_of(option)), Source::kDefault});
}

void Settings::set(const OptionSpec& option, std::vector<std::string> values, Source source) {
  Value value = parse_values(option, values);
  settings_[option_index(option)] = {std::move(values), std::move(value), source};
}

void Settings::apply(const ConfigFile& file) {
  for (const ConfigValue& value : file.values)
    set(*value.option, value.values, Source::kConfigFile);
}

namespace {

constexpr std::string_view kPrefix = "GOPHERCAP_";

// Variables used by the tests and benchmarks of this project.
constexpr std::string_view kNoKeys[] = {"GOPHERCAP_CORPUS", "GOPHERCAP_TEST_IN_NETNS",
                                        "GOPHERCAP_BENCH_IN_NETNS"};

// Returns "" if there is nothing to warn about.
std::string warning_of_no_key(std::string_view name) {
  if (std::ranges::find(kNoKeys, name) != std::ranges::end(kNoKeys)) return {};
  for (const std::string_view key : unused_keys()) {
    if (environment_name(key) == name) return fmt::format("{}: not used by this version", name);
  }
  std::string what = fmt::format("{}: there is no such key", name);
  for (const OldKey& old : old_keys()) {
    if (environment_name(old.old_name) == name)
      return fmt::format("{}; did you mean {}?", what, environment_name(old.key));
  }
  std::vector<std::string> names;
  for (const OptionSpec& option : option_table()) {
    if (!option.key.empty()) names.push_back(environment_name(option.key).substr(kPrefix.size()));
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string hint = did_you_mean(name.substr(kPrefix.size()), candidates, kPrefix);
  return hint.empty() ? what : fmt::format("{}; {}", what, hint);
}

}  // namespace

std::vector<Complaint> Settings::apply_environment(const char* const* environment,
                                                   std::vector<std::string>* without_paths,
                                                   std::vector<std::string>* warnings) {
  std::vector<Complaint> complaints;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    if (!entry.starts_with(kPrefix)) continue;
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = entry.substr(0, equals);
    const std::string_view value = entry.substr(equals + 1);
    if (value.empty()) continue;  // an empty variable counts as not set
    bool known = false;
    for (const OptionSpec& option : option_table()) {
      if (option.key.empty() || environment_name(option.key) != name) continue;
      known = true;
      if (without_paths != nullptr && names_path(option)) {
        without_paths->emplace_back(name);
        continue;
      }
      if (const Result<> checked = check_value(option, value); !checked) {
        complaints.push_back({fmt::format("{}: {}", name, checked.error().what)});
      } else {
        set(option, {std::string(value)}, Source::kEnvironment);
      }
    }
    if (known || warnings == nullptr) continue;
    if (std::string warning = warning_of_no_key(name); !warning.empty())
      warnings->push_back(std::move(warning));
  }
  return complaints;
}

void Settings::apply(const Arguments& arguments) {
  for (const GivenOption& given : arguments.options)
    set(*given.option, given.values, Source::kCommandLine);
}

// A value that equals the default counts as not given, since a configuration written by
// exampleConfig contains all keys.
void Settings::take_from_replay() {
  for (const OptionSpec& option : option_table()) {
    if (!option.as_in_replay) continue;
    const Setting& theirs = settings_[option_index(*find_option(Command::kReplay, option.name))];
    Setting& ours = settings_[option_index(option)];
    const bool own =
        ours.source == Source::kCommandLine ||
        (ours.source != Source::kDefault && !same_values(option, ours.values, default_of(option)));
    if (!own && theirs.source != Source::kDefault && theirs.source != Source::kCommandLine)
      ours = theirs;
  }
}

std::vector<replay::GivenOption> Settings::given(Command command) const {
  std::vector<replay::GivenOption> options;
  for (const OptionSpec* option : options_of(command)) {
    if (option->key.empty() || is_default(*option)) continue;
    options.push_back({std::string(option->name), values(*option), is_list(option->type)});
  }
  return options;
}

const Value& Settings::value(const OptionSpec& option) const {
  return settings_[option_index(option)].value;
}

Source Settings::source(const OptionSpec& option) const {
  return settings_[option_index(option)].source;
}

const std::vector<std::string>& Settings::values(const OptionSpec& option) const {
  return settings_[option_index(option)].values;
}

std::string Settings::text(const OptionSpec& option) const {
  return values(option).empty() ? "" : values(option).back();
}

bool Settings::is_default(const OptionSpec& option) const {
  return same_values(option, values(option), default_of(option));
}

void Settings::fill(Command command, const FieldOwners& owners) const {
  for (const OptionSpec* option : options_of(command)) {
    if (option->field != nullptr) option->field(value(*option), owners);
  }
}

io::Owners Settings::owners() const {
  static constexpr Option<bool> kTrust{Command::kGlobal, "trust"};
  return get(kTrust) ? io::Owners::kAnyone : io::Owners::kTrusted;
}

}  // namespace gophercap::cli
