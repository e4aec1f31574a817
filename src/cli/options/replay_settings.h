// Converts the settings of `gophercap replay` into the options of the job.
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

// The options that replay and verify share: which set, which packets, when.
jobs::SetOptions set_options(const Settings& settings, Command command);
jobs::SelectOptions select_options(const Settings& settings, Command command);
jobs::ScheduleOptions schedule_options(const Settings& settings, Command command);
jobs::LinkOptions link_options(const Settings& settings, Command command);
jobs::OversizeOptions oversize_options(const Settings& settings, Command command);
// Of --mtu; empty: not given.
std::optional<uint32_t> mtu_of(int64_t asked);
void check_plan(const Settings& settings, Command command, const jobs::SelectOptions& select,
                const jobs::ScheduleOptions& schedule, std::vector<Complaint>& complaints);
// Returns what packets go to instead of an interface, as an option or in words; empty: nothing.
std::string_view elsewhere(const jobs::Target& target);

// Whether packets go to an interface or through a tunnel, as against a file or nowhere.
bool replays_to_network(const Settings& settings);

jobs::ReplayOptions replay_options(const Invocation& invocation);

// Returns what is wrong with the combination of options. `now_wall_ns` is CLOCK_REALTIME.
std::vector<Complaint> check_replay(const Settings& settings, const jobs::ReplayOptions& options,
                                    int64_t now_wall_ns);

}  // namespace gophercap::cli
