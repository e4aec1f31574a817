// The options of `gophercap replay` as the job takes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/options/complaint.h"
#include "cli/options/settings.h"
#include "jobs/replay/replay_job.h"

namespace gophercap::cli {

// What replay and verify share: which set, which of its packets, when.
jobs::SetOptions set_options(const Settings& settings, Command command);
jobs::SelectOptions select_options(const Settings& settings, Command command);
jobs::ScheduleOptions schedule_options(const Settings& settings, Command command);
void check_plan(const Settings& settings, Command command, const jobs::SelectOptions& select,
                const jobs::ScheduleOptions& schedule, std::vector<Complaint>& complaints);
// What was given for this run and does nothing beside the rest of it: a warning for each.
std::vector<std::string> plan_without_effect(const Settings& settings, Command command);

// The same for where packets go and what becomes of late ones.
std::vector<std::string> wire_without_effect(const Settings& settings,
                                             const jobs::ReplayOptions& options);

jobs::ReplayOptions replay_options(const Invocation& invocation);

// What is wrong with them together. `now_wall_ns`: CLOCK_REALTIME.
std::vector<Complaint> check_replay(const Settings& settings, const jobs::ReplayOptions& options,
                                    int64_t now_wall_ns);

// "catch-up", "slip", "drop", the latter two also with the lateness from which on: "drop=5ms".
struct LateWords {
  replay::LatePolicy policy = replay::LatePolicy::kCatchUp;
  Nanos limit{0};
};
Result<LateWords> parse_late(std::string_view text);

// "keep", "follow", "follow=500ms": with a limit, steps ahead are followed too.
Result<replay::ClockSteps> parse_clock_steps(std::string_view text);

// "p99=50us", "max=1ms": a quantile (0 to 1, 1 = max) of the lateness and its limit. Empty text:
// none.
struct LatenessLimit {
  double quantile = 1;
  Nanos limit{0};
};
Result<LatenessLimit> parse_lateness_limit(std::string_view text);

}  // namespace gophercap::cli
