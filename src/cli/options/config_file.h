// The YAML configuration: nested maps whose joined names are the keys ("map:" "file:" "workers:" is
// map.file.workers).
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
  std::vector<std::string> values;  // more than one only for lists; empty = an empty list
  std::string origin;               // "gophercap.yaml:12: map.file.workers"
};

struct ConfigFile {
  std::vector<ConfigValue> values;
  std::vector<std::string> unused_keys;  // known to the original, set, and without effect here
  std::vector<Complaint> complaints;     // not empty: nothing of the file should be used
};

// Hostile input is expected. Keys are compared without regard to case; keys of the original's old
// versions are accepted.
ConfigFile parse_config(std::string_view yaml, std::string_view file_name);

// Fails if the file can't be read, or is far too large to be a configuration. `owners`: see
// io::open_file().
Result<std::string> read_config(const std::string& path, io::Owners owners = io::Owners::kTrusted);

}  // namespace gophercap::cli
