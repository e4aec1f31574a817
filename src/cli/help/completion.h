// Completion scripts, made from the tables.
#pragma once

#include <string>
#include <string_view>

namespace gophercap::cli {

// "bash", "zsh" or "fish"; empty for another word.
std::string completion_script(std::string_view shell);

}  // namespace gophercap::cli
