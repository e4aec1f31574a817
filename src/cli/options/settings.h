// What holds for this run: command line before environment before configuration file before
// default.
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

// Values are parsed once, when they come in: they have passed check_value() before, so that cannot
// fail.
class Settings {
 public:
  Settings();  // the defaults

  void apply(const ConfigFile& file);
  // `environment`: "NAME=value" as in environ. Returns what is wrong with GOPHERCAP_ variables of
  // ours. With `without_paths`, those that name files are left out, and added there. With
  // `warnings`, those that are no key are told there, with the nearest that is one.
  std::vector<Complaint> apply_environment(const char* const* environment,
                                           std::vector<std::string>* without_paths = nullptr,
                                           std::vector<std::string>* warnings = nullptr);
  void apply(const Arguments& arguments);
  // Of verify: what is not given for it in the configuration or the environment, but for replay, is
  // taken from there.
  void take_from_replay();
  // REQUIRES: the values have passed check_value().
  void set(const OptionSpec& option, std::vector<std::string> values, Source source);

  template <class T>
  T get(const Option<T>& option) const {
    return settings_[option.place()].value.template as<T>();
  }
  Source source(const AnyOption& option) const { return settings_[option.place()].source; }
  // Whether it was given for this run.
  bool typed(const AnyOption& option) const { return source(option) == Source::kCommandLine; }

  const Value& value(const OptionSpec& option) const;
  Source source(const OptionSpec& option) const;
  const std::vector<std::string>& values(const OptionSpec& option) const;
  std::string text(const OptionSpec& option) const;  // the last of them; "" = not given
  // Means what it means when it is not given.
  bool is_default(const OptionSpec& option) const;

  // Puts values where the rows of the command's options say.
  void fill(Command command, const FieldOwners& owners) const;

  io::Owners owners() const;  // --trust
  // What was set to anything but its default, by whatever source, and could stand in a
  // configuration: of the command and of all.
  std::vector<replay::GivenOption> given(Command command) const;

 private:
  std::vector<Setting> settings_;  // in the order of option_table()
};

}  // namespace gophercap::cli
