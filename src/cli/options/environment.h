// Which parts of the environment are trusted.
#pragma once

#include <string>

#include "cli/options/option_table.h"

namespace gophercap::cli {

// Returns whether the program has privileges that its caller does not have, for example by file
// capabilities or a set-user-id bit. Variables must not lead such a program to files.
bool has_privileges_of_its_own() noexcept;

// Returns whether the value of the option is a path.
bool names_path(const OptionSpec& option) noexcept;

// Returns $HOME, or "" if it is not set, or if `privileged` and it belongs to another user than the
// caller.
std::string believed_home(bool privileged);

// The configuration that is read without --config.
struct DefaultConfig {
  std::string path;   // empty: there is none, or `home` cannot be read
  std::string other;  // a second one that exists but is not read
};
DefaultConfig default_config(const std::string& home);

}  // namespace gophercap::cli
