// The settings of this run. The command line overrides the environment, which overrides the
// configuration file, which overrides the defaults.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/complaint.h"
#include "cli/options/config_file.h"
#include "cli/options/option.h"
#include "cli/options/option_table.h"
#include "cli/options/parser.h"
#include "replay/report.h"

namespace gophercap::cli {

enum class Source : uint8_t { kDefault, kConfigFile, kEnvironment, kCommandLine };

struct Setting {
  std::vector<std::string> values;  // as the user wrote them
  Value value;                      // what they mean
  Source source = Source::kDefault;
};

// Values are parsed once, when they are stored. That cannot fail, because they have passed
// check_value() before.
class Settings {
 public:
  Settings();  // the defaults

  void apply(const ConfigFile& file);
  // `environment` has the form of environ. Returns what is wrong with our variables (GOPHERCAP_…).
  // If `without_paths` is not null, variables that name files are ignored and added to it. If
  // `warnings` is not null, a warning is added for each variable that is not a key, with the most
  // similar key.
  std::vector<Complaint> apply_environment(const char* const* environment,
                                           std::vector<std::string>* without_paths = nullptr,
                                           std::vector<std::string>* warnings = nullptr);
  void apply(const Arguments& arguments);
  // For verify: options that the configuration or the environment sets only for replay are used for
  // verify too.
  void take_from_replay();
  // REQUIRES: the values have passed check_value().
  void set(const OptionSpec& option, std::vector<std::string> values, Source source);

  template <class T>
  T get(const Option<T>& option) const {
    return settings_[option.place()].value.template as<T>();
  }
  Source source(const AnyOption& option) const { return settings_[option.place()].source; }
  // Returns whether the option was given on the command line.
  bool typed(const AnyOption& option) const { return source(option) == Source::kCommandLine; }

  const Value& value(const OptionSpec& option) const;
  Source source(const OptionSpec& option) const;
  const std::vector<std::string>& values(const OptionSpec& option) const;
  std::string text(const OptionSpec& option) const;  // the last value; "" if there is none
  // Returns whether the value is the same as if the option were not given.
  bool is_default(const OptionSpec& option) const;

  // Copies the values of the command's options into the fields that their rows name.
  void fill(Command command, const FieldOwners& owners) const;

  io::Owners owners() const;  // --trust
  // Returns the options of this command and of all commands that differ from their defaults, from
  // whatever source, if they have a key in the configuration.
  std::vector<replay::GivenOption> given(Command command) const;

 private:
  std::vector<Setting> settings_;  // in the order of option_table()
};

}  // namespace gophercap::cli
