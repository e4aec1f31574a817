// Capabilities of the calling thread (capabilities(7)).
#pragma once

#include <string>
#include <vector>

namespace gophercap::confine {

bool has_capabilities(const std::vector<int>& wanted);

// Drops all but `keep`, and those that `folders` need to be written at all: a folder of another
// user's takes no file from a root without CAP_DAC_OVERRIDE. Returns what is left, as words.
std::string drop_capabilities(std::vector<int> keep, const std::vector<std::string>& folders);

}  // namespace gophercap::confine
