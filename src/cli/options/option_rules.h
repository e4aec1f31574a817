// What the rows of the option table say of options beside one another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/options/complaint.h"
#include "cli/options/settings.h"

namespace gophercap::cli {

// Values outside their limits, and options that exclude each other.
void check_rows(const Settings& settings, Command command, std::vector<Complaint>& complaints);

// What was given for this run and does nothing beside the rest of it: a warning for each.
// `elsewhere`: the option that lets packets go elsewhere than to an interface; empty: none does.
std::vector<std::string> without_effect(const Settings& settings, Command command,
                                        std::string_view elsewhere = {});

}  // namespace gophercap::cli
