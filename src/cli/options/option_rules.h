// Checks the given options against the rules in the option table: limits, exclusions, needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/options/complaint.h"
#include "cli/options/settings.h"

namespace gophercap::cli {

// Adds a complaint for each value outside its limits, and for options that exclude each other.
void check_rows(const Settings& settings, Command command, std::vector<Complaint>& complaints);

// Returns a warning for each option that was given but has no effect in combination with the
// others. `elsewhere` is the option that sends packets elsewhere than to an interface; empty: there
// is none. `real_time`: packets leave at their times there, too.
std::vector<std::string> without_effect(const Settings& settings, Command command,
                                        std::string_view elsewhere = {}, bool real_time = false);

}  // namespace gophercap::cli
