// How much memory a run may take where nobody says.
#pragma once

#include <cstdint>
#include <string>

namespace gophercap::io {

// Returns a quarter of the free memory, at least 256 MiB. `root` replaces the location of /proc and
// /sys in tests.
uint64_t default_memory_bytes(const std::string& root = "");

}  // namespace gophercap::io
