// What of the environment is believed.
#pragma once

#include <string>

#include "cli/options/option_table.h"

namespace gophercap::cli {

// The program got more than its caller has, as by file capabilities or a set-user-id bit: what the
// caller, or who made his environment, left in variables must not lead it to files.
bool has_privileges_of_its_own() noexcept;

// Whether the option names something in the file system.
bool names_path(const OptionSpec& option) noexcept;

// $HOME; empty: there is none, or `privileged` and it belongs to another user than the caller.
std::string believed_home(bool privileged);

// The configuration that is read without --config.
struct DefaultConfig {
  std::string path;   // empty: there is none, or `home` can't be looked into
  std::string other;  // is there too, and is not read
};
DefaultConfig default_config(const std::string& home);

}  // namespace gophercap::cli
