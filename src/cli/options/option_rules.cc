#include "cli/options/option_rules.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <variant>

#include "cli/options/option_table.h"
#include "cli/options/values.h"

namespace gophercap::cli {
namespace {

// A file or an interface in a configuration is meant for other runs too, so it counts only if it
// was typed.
bool counts(const Settings& settings, const OptionSpec& option) {
  if (names_something(option.type)) return settings.source(option) == Source::kCommandLine;
  if (option.type == ValueType::kBool) return settings.value(option).as<bool>();
  return settings.value(option).given();
}

// True if the option has no effect because the one that it needs is not given.
bool is_idle(const Settings& settings, Command command, const OptionSpec& option) {
  return !option.needs.empty() && !counts(settings, *find_option(command, option.needs));
}

// Returns -1, 0 or 1 for a value below, equal to or above zero; 1 if there is no value.
int sign_of(const Value& value) {
  const auto of = [](auto number) { return number < 0 ? -1 : number > 0 ? 1 : 0; };
  if (const int64_t* number = std::get_if<int64_t>(&value.is)) return of(*number);
  if (const Nanos* duration = std::get_if<Nanos>(&value.is)) return of(duration->count());
  return 1;
}

std::string broken_limit(const OptionSpec& option, const Value& value) {
  switch (option.limit) {
    case Limit::kNone:
      return {};
    case Limit::kNotNegative:
      return sign_of(value) < 0 ? "must not be below zero" : "";
    case Limit::kPositive:
      return sign_of(value) <= 0 ? "must be above zero" : "";
    case Limit::kUpTo:
      if (const auto number = value.as<int64_t>(); number < 1 || number > option.most)
        return fmt::format("must be from 1 to {}", option.most);
      return {};
    case Limit::kAtMostOne:
      if (const auto* share = std::get_if<Ratio>(&value.is); share && share->num > share->den)
        return "must not be above 1";
      return {};
  }
  return {};
}

void check_exclusions(const Settings& settings, Command command, const OptionSpec& option,
                      std::vector<Complaint>& complaints) {
  if (!counts(settings, option)) return;
  bool excluded = false;
  std::string names;
  for (const std::string_view other : option.excludes) {
    if (other.empty()) continue;
    excluded = excluded || counts(settings, *find_option(command, other));
    names += fmt::format("{}--{}", names.empty() ? "" : " and ", other);
  }
  if (excluded)
    complaints.push_back(
        {fmt::format("--{}: excludes {}{}", option.name, names, option.excludes_since)});
}

}  // namespace

void check_rows(const Settings& settings, Command command, std::vector<Complaint>& complaints) {
  for (const OptionSpec* option : options_of(command)) {
    check_exclusions(settings, command, *option, complaints);
    if (is_idle(settings, command, *option)) continue;
    if (const std::string what = broken_limit(*option, settings.value(*option)); !what.empty())
      complaints.push_back({fmt::format("--{}: {}", option->name, what)});
  }
}

std::vector<std::string> without_effect(const Settings& settings, Command command,
                                        std::string_view elsewhere, bool real_time) {
  std::vector<std::string> warnings;
  for (const OptionSpec* option : options_of(command)) {
    if (settings.source(*option) != Source::kCommandLine) continue;
    if (is_idle(settings, command, *option)) {
      warnings.push_back(
          fmt::format("--{}: does nothing without --{}", option->name, option->needs));
    }
    if (settings.is_default(*option)) continue;  // the same as not given
    const bool idle_there = option->for_interface || (option->for_real_time && !real_time);
    if (idle_there && !elsewhere.empty()) {
      warnings.push_back(fmt::format("--{}: does nothing with {}", option->name, elsewhere));
      continue;
    }
    for (const std::string_view other : option->idle_with) {
      if (!other.empty() && counts(settings, *find_option(command, other))) {
        warnings.push_back(
            fmt::format("--{}: does nothing with --{}{}", option->name, other, option->idle_since));
      }
    }
  }
  return warnings;
}

}  // namespace gophercap::cli
