// Results as text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/map/map_job.h"
#include "jobs/replay/replay_job.h"
#include "jobs/verify/verify_job.h"

namespace gophercap::cli {

struct TextOptions {
  // On a terminal, names are shortened to `width`, and of more than kMaxTableFiles files only the
  // largest are shown. Otherwise every file has its row, unshortened.
  bool terminal = false;
  size_t width = 80;
};

inline constexpr size_t kMaxTableFiles = 40;
inline constexpr size_t kLargestShown = 10;
inline constexpr size_t kMaxDamageShown = 20;

// The table, the totals, damage, and what is worth knowing before a replay. `dump_path` is "" if no
// dump was written.
std::string map_report(const jobs::MapResult& result, std::string_view dump_path,
                       const TextOptions& options);

// Accounts for every packet, durations, lateness. `simulated`: no real time has passed
// (--out-file), so rates are meaningless.
std::string replay_report(const replay::Report& report, bool simulated, const TextOptions& options);
// "p50 2µs, p99 10µs, p99.9 30µs, max 1ms"
std::string quantiles_text(const Histogram& durations);

// What arrived of a replay.
std::string verify_report(const verify::VerifyResult& result, const TextOptions& options);

// What a replay would do (--dryrun).
std::string forecast_report(const jobs::Forecast& forecast);

}  // namespace gophercap::cli
