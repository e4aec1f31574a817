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
// The option that lets packets go elsewhere than to an interface; empty: none does.
std::string_view elsewhere(const jobs::Target& target);

jobs::ReplayOptions replay_options(const Invocation& invocation);

// What is wrong with them together. `now_wall_ns`: CLOCK_REALTIME.
std::vector<Complaint> check_replay(const Settings& settings, const jobs::ReplayOptions& options,
                                    int64_t now_wall_ns);

}  // namespace gophercap::cli
