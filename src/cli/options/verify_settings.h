// What verify is to expect: the options of the replay, by its report or given again.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/options/complaint.h"
#include "cli/options/settings.h"
#include "jobs/verify/verify_job.h"
#include "verify/sent_report.h"

namespace gophercap::cli {

// Everything but the report.
jobs::VerifyOptions verify_options(const Settings& settings,
                                   const std::vector<std::string>& captures);

// What is wrong with them together. `report_known`: what the report says is in them already.
std::vector<Complaint> check_verify(const Settings& settings, const jobs::VerifyOptions& options,
                                    bool report_known);

// Lets the report decide what is planned: its options are those of the replay, whatever the
// environment and the configuration say. Where the command line says something else, a complaint;
// it may still say where the set is now. REQUIRES: report.request.
std::vector<Complaint> take_report(Settings& settings, const verify::SentReport& report);

// The captures of the set that the report names, to be read from here; none: a dump is.
std::vector<std::string> set_of_report(const Settings& settings, const replay::Request& request);

}  // namespace gophercap::cli
