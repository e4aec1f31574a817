// One function per command: settings in, job run, result printed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/histogram.h"
#include "base/result.h"
#include "cli/options/complaint.h"
#include "cli/options/option_values.h"
#include "cli/options/parser.h"
#include "cli/options/settings.h"
#include "cli/run.h"
#include "cli/terminal/console.h"
#include "jobs/memory_limit.h"

namespace gophercap::cli {

struct Invocation {
  Arguments arguments;
  Settings settings;
  std::string config_path{};  // the configuration that was read; empty: none
};

// The handlers of command_table.cc.
Outcome map_command(Invocation& invocation, Console& console);
Outcome replay_command(Invocation& invocation, Console& console);
Outcome verify_command(Invocation& invocation, Console& console);
Outcome tar_extract_command(Invocation& invocation, Console& console);
Outcome ctl_command(Invocation& invocation, Console& console);
Outcome example_config_command(Invocation& invocation, Console& console);
Outcome version_command(Invocation& invocation, Console& console);
Outcome completion_command(Invocation& invocation, Console& console);
Outcome help_command(Invocation& invocation, Console& console);
Outcome man_command(Invocation& invocation, Console& console);
Outcome usage_command(Invocation& invocation, Console& console);  // no command was given

// Prints complaints and returns kUsage.
Outcome usage_error(Console& console, const std::vector<Complaint>& complaints);

// Prints a result. Returns `code`, or a worse one if printing fails.
ExitCode print_result(Console& console, std::string_view text, ExitCode code);

// Returns the exit status for a failure of a job.
ExitCode exit_code_of(const Error& error);

// Prints "error: …" and, if a remedy is known, "hint: …".
struct HintContext {
  std::vector<std::string> interface_names{};  // where packets were to be sent
  std::string dump_path{};                     // the dump that was to be read
};
void print_error(Console& console, const Error& error, const HintContext& context = {});

// Prints why a command could not begin. Returns the exit status.
Outcome failed(Console& console, const Error& error);

// Compares `times` with --fail-on-late. `of` is appended to the value in the message.
ExitCode judge_lateness(const std::optional<LatenessLimit>& limit, const Histogram& times,
                        std::string_view of, Console& console);

// The value of --memory, or the default.
jobs::MemoryLimit memory_of(std::optional<uint64_t> given);

// The value of --file-workers; below 1: the job decides.
int worker_count(int64_t asked);

}  // namespace gophercap::cli
