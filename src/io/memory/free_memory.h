// How much memory a run may take where nobody says.
#pragma once

#include <cstdint>
#include <string>

namespace gophercap::io {

// A quarter of what is free, at least 256 MiB. `root`: for tests; where /proc and /sys are.
uint64_t default_memory_bytes(const std::string& root = "");

}  // namespace gophercap::io
