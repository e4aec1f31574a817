// Determines what verify expects: the options of the replay, from its report or given again.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/options/complaint.h"
#include "cli/options/settings.h"
#include "jobs/verify/verify_job.h"
#include "verify/sent_report.h"

namespace gophercap::cli {

// All options except for the report.
jobs::VerifyOptions verify_options(const Settings& settings,
                                   const std::vector<std::string>& captures);

// Returns what is wrong with the combination of options. `report_known`: the contents of the report
// have been applied already.
std::vector<Complaint> check_verify(const Settings& settings, const jobs::VerifyOptions& options,
                                    bool report_known);

// Applies the options of the report, which override the environment and the configuration. Returns
// a complaint if the command line contradicts them, except for where the set is now. REQUIRES:
// report.request.
std::vector<Complaint> take_report(Settings& settings, const verify::SentReport& report);

// Returns the captures that the report names, as paths that can be opened here; empty: the set is a
// dump.
std::vector<std::string> set_of_report(const Settings& settings, const replay::Request& request);

}  // namespace gophercap::cli
