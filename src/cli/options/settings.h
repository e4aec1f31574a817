// What holds for this run: command line before environment before configuration file before
// default.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ratio.h"
#include "base/time.h"
#include "cli/options/complaint.h"
#include "cli/options/config_file.h"
#include "cli/options/option_table.h"
#include "cli/options/parser.h"
#include "replay/report.h"

namespace gophercap::cli {

enum class Source : uint8_t { kDefault, kConfigFile, kEnvironment, kCommandLine };

struct Setting {
  std::vector<std::string> values;
  Source source = Source::kDefault;
};

// The values have passed check_value(), so reading them can't fail. REQUIRES everywhere: the option
// exists for that command and is of that type.
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

  Source source(Command command, std::string_view name) const;
  const std::vector<std::string>& list(Command command, std::string_view name) const;
  const std::string& text(Command command, std::string_view name) const;  // "" = not given
  bool flag(Command command, std::string_view name) const;
  int64_t integer(Command command, std::string_view name) const;
  // Empty = not given.
  std::optional<uint64_t> size(Command command, std::string_view name) const;
  std::optional<Nanos> duration(Command command, std::string_view name) const;
  std::optional<CaptureTime> time(Command command, std::string_view name) const;
  std::optional<Ratio> ratio(Command command, std::string_view name) const;
  io::Owners owners() const;  // --trust
  // What was set to anything but its default, by whatever source, and could stand in a
  // configuration: of the command and of all.
  std::vector<replay::GivenOption> given(Command command) const;

 private:
  const Setting& of(Command command, std::string_view name) const;

  std::vector<Setting> settings_;  // in the order of option_table()
};

}  // namespace gophercap::cli
