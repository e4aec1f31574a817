// The file that --rewrite names, whose rules become options.
#pragma once

#include <vector>

#include "base/result.h"
#include "cli/options/complaint.h"
#include "cli/options/option_table.h"
#include "cli/options/settings.h"
#include "rewrite/rules/rules.h"

namespace gophercap::cli {

// Adds the rules of the file to the settings of `command`, which is replay or verify, as if they
// had been given where the file was named. An option that was given by itself overrides the file;
// options that may be given several times add to it, behind the rules of the file. If there are
// complaints, the settings are unchanged. Does nothing if no file is named.
std::vector<Complaint> apply_rules_file(Settings& settings, Command command);

// What the options of `command` say is to be rewritten.
Result<rewrite::Rules> rules_of(const Settings& settings, Command command);

}  // namespace gophercap::cli
