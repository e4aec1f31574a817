// The commented configuration with all keys and their defaults.
#pragma once

#include <string>

namespace gophercap::cli {

// Loading this configuration changes nothing.
std::string example_config();

}  // namespace gophercap::cli
