// The YAML configuration, and files of rules in the same form: nested maps whose joined names are
// the keys ("map:" "file:" "workers:" is map.file.workers).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/options/complaint.h"
#include "cli/options/option_table.h"
#include "io/file/open_file.h"

namespace gophercap::cli {

struct ConfigValue {
  const OptionSpec* option = nullptr;
  std::vector<std::string> values;  // more than one only for lists; empty: an empty list
  std::string origin;               // "gophercap.yaml:12: map.file.workers"
};

struct ConfigFile {
  std::vector<ConfigValue> values;
  std::vector<std::string> unused_keys;  // keys of the original that are set but have no effect
                                         // here
  std::vector<Complaint> complaints;     // if not empty, nothing of the file must be used
};

// Input may be hostile. Keys are case-insensitive; keys of old versions of the original are
// accepted.
ConfigFile parse_config(std::string_view yaml, std::string_view file_name);

// The file that --rewrite names. Its keys are the names of the options of `command` that rewrite.
ConfigFile parse_rules(std::string_view yaml, std::string_view file_name, Command command);

// Fails if the file cannot be read, or is far too large for a configuration. For `owners` see
// io::open_file().
Result<std::string> read_config(const std::string& path, io::Owners owners = io::Owners::kTrusted);

}  // namespace gophercap::cli
