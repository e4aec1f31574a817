// The files that the options of a command name as outputs.
#pragma once

#include <vector>

#include "cli/commands/command_table.h"
#include "cli/options/complaint.h"
#include "cli/options/settings.h"
#include "jobs/outputs.h"

namespace gophercap::cli {

// One for each option of `command` whose row says that it is an output (kOutputPath, kMetrics, or
// the dump of a command that writes it) and that has a value.
jobs::Outputs outputs_of(const Settings& settings, Command command);

// Complains of two outputs with the same path, one of which would replace the other. `beside` are
// further files that the command makes.
void check_outputs(const Settings& settings, Command command, const jobs::Outputs& beside,
                   std::vector<Complaint>& complaints);

}  // namespace gophercap::cli
