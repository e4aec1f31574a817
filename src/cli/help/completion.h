// Completion scripts, generated from the tables.
#pragma once

#include <string>
#include <string_view>

namespace gophercap::cli {

// `shell` is "bash", "zsh" or "fish"; for others the result is empty.
std::string completion_script(std::string_view shell);

}  // namespace gophercap::cli
