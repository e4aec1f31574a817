// Typed handles for options. A handle with an unknown name, or with another type than the option's
// row, does not compile.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "cli/options/option_rows.h"
#include "cli/options/option_table.h"
#include "cli/options/option_values.h"

namespace gophercap::cli {

// Returns whether the value of `option` can be read as a T. std::optional<T> is for options that
// need not be given.
template <class T>
constexpr bool holds(const OptionSpec& option) {
  using enum ValueType;
  const ValueType type = option.type;
  const bool given = !option.default_value.empty();
  if constexpr (std::is_enum_v<T>)
    return type == kChoice && option.words.data() == kWordsOf<T>.data();
  if constexpr (std::same_as<T, bool>) return type == kBool;
  if constexpr (std::same_as<T, int64_t>) return type == kInteger;
  if constexpr (std::same_as<T, std::optional<uint64_t>>) return type == kSize;
  if constexpr (std::same_as<T, std::optional<int64_t>>) return type == kInteger && !given;
  if constexpr (std::same_as<T, Nanos>) return type == kDuration && given;
  if constexpr (std::same_as<T, std::optional<Nanos>>) return type == kDuration && !given;
  if constexpr (std::same_as<T, std::optional<CaptureTime>>) return type == kTime;
  if constexpr (std::same_as<T, Ratio>) return type == kRatio && given;
  if constexpr (std::same_as<T, std::optional<Ratio>>) return type == kRatio && !given;
  if constexpr (std::same_as<T, std::optional<jobs::MetricsTarget>>) return type == kMetrics;
  if constexpr (std::same_as<T, std::optional<replay::Limit>>) return type == kLimit;
  if constexpr (std::same_as<T, LateWords>) return type == kLate;
  if constexpr (std::same_as<T, replay::ClockSteps>) return type == kClockSteps;
  if constexpr (std::same_as<T, std::optional<LatenessLimit>>) return type == kLatenessLimit;
  if constexpr (std::same_as<T, std::optional<OutWords>>) return type == kOut;
  if constexpr (std::same_as<T, jobs::SplitRule>) return type == kSplit;
  if constexpr (std::same_as<T, std::optional<rewrite::MacAddress>>) return type == kMac;
  if constexpr (std::same_as<T, std::vector<dataset::PrefixChange>>) return type == kPrefixChanges;
  if constexpr (std::same_as<T, std::vector<std::string>>)
    return type == kStringList || type == kPathList;
  if constexpr (std::same_as<T, std::string>)
    return type == kString || type == kInterface || type == kRegexp || type == kPath ||
           type == kOutputPath || type == kDump;
  return false;
}

class AnyOption {
 public:
  constexpr const OptionSpec& spec() const { return rows::kOptions[place_]; }
  constexpr size_t place() const { return place_; }

 protected:
  consteval AnyOption(Command command, std::string_view name) : place_(place_of(command, name)) {}

 private:
  static consteval size_t place_of(Command command, std::string_view name) {
    for (size_t i = 0; i < rows::kOptions.size(); ++i) {
      const OptionSpec& option = rows::kOptions[i];
      if (option.name == name && (option.command == command || option.command == Command::kGlobal))
        return i;
    }
    throw "the command has no such option";  // which ends the compilation
  }

  size_t place_;
};

template <class T>
class Option : public AnyOption {
 public:
  consteval Option(Command command, std::string_view name) : AnyOption(command, name) {
    if (!holds<T>(spec())) throw "the option is of another type";
  }
};

// An option that replay and verify share.
template <class T>
class PlanOption {
 public:
  explicit consteval PlanOption(std::string_view name)
      : replay_(Command::kReplay, name), verify_(Command::kVerify, name) {}
  constexpr Option<T> of(Command command) const {
    return command == Command::kVerify ? verify_ : replay_;
  }

 private:
  Option<T> replay_;
  Option<T> verify_;
};

}  // namespace gophercap::cli
