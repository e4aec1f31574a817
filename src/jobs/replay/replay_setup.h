// What run_replay() and forecast_replay() have in common: everything up to the first packet.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "base/result.h"
#include "dataset/scan/file_summary.h"
#include "jobs/map/tarballs.h"
#include "jobs/replay/replay_job.h"
#include "jobs/reporter.h"
#include "packet/bpf.h"
#include "replay/engine.h"
#include "replay/plan/plan.h"

namespace gophercap::jobs {

struct ReplaySetup {
  dataset::DatasetSummary set;
  std::shared_ptr<Tarballs> tarballs;                   // of the set; outlives the plan
  std::unique_ptr<const packet::BpfFilter> expression;  // engine.choice points to it
  replay::Plan plan;
  replay::EngineOptions engine;
  uint64_t decoders_bytes = 0;  // of the memory; engine.memory_bytes is the rest, or less

  // Whether it is known beforehand when packets are due.
  bool has_schedule() const noexcept {
    return !engine.send.topspeed && !engine.pace.at_rate() && !engine.pace.longest_gap;
  }
  // What is worth a word about the times of packets.
  ScheduleNotes notes() const;
  // First packet of the first loop to last packet of the last; 0 if endless.
  Nanos total() const noexcept;
};

Result<ReplaySetup> set_up(const ReplayOptions& options, Reporter& reporter,
                           const std::stop_token& stop);

// How many packets of a file are too long for the target, as far as its summary tells.
struct Bounds {
  uint64_t least = 0;
  uint64_t most = 0;
  bool some_are =
      false;  // the longest is, whatever else: not all that may be too long fit after all
};
Bounds too_long(const dataset::FileSummary& file, const transmit::FrameLimits& limits) noexcept;

}  // namespace gophercap::jobs
