// Capabilities of the calling thread (capabilities(7)).
#pragma once

#include <string>
#include <vector>

namespace gophercap::confine {

bool has_capabilities(const std::vector<int>& wanted);

// Drops all capabilities except `keep` and those needed to write to `folders`: without
// CAP_DAC_OVERRIDE, root cannot create files in a folder of another user. Returns the remaining
// ones as text.
std::string drop_capabilities(std::vector<int> keep, const std::vector<std::string>& folders);

}  // namespace gophercap::confine
