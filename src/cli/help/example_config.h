// The commented configuration with all keys and their defaults.
#pragma once

#include <string>

namespace gophercap::cli {

// Loading it gives exactly the defaults.
std::string example_config();

}  // namespace gophercap::cli
