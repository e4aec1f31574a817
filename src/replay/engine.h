// Plays a plan: readers → slabs → merge → ring → one sending thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>

#include "base/time.h"
#include "replay/plan/frame_filter.h"
#include "replay/plan/plan.h"
#include "replay/plan/timeline.h"
#include "replay/report.h"
#include "replay/send/clock.h"
#include "replay/send/scheduler.h"
#include "replay/send/sender.h"
#include "transmit/transmitter.h"

namespace gophercap::replay {

// Files that are opened before they are needed.
inline constexpr size_t kPrefetchFiles = 8;

struct EngineOptions {
  Choice choice{};
  const packet::FrameStep* step =
      nullptr;          // what packets become on their way; null: they leave as they are
  Ratio time_factor{};  // send time per capture time
  ScheduleRule rule{};  // by capture time, or at a rate
  SendOptions send{};
  uint64_t loops = 1;               // 0 = for ever
  std::optional<Nanos> loop_gap{};  // between the last packet of a loop and the first of the next;
                                    // default: the mean gap
  uint64_t memory_bytes = uint64_t{128} << 20;  // for packets read ahead
  // There is no room for the decoders of all files that are needed at once, so that each slab may
  // cost more than it gives: they may be larger.
  bool decoders_in_turns = false;
  unsigned reader_threads = 1;
  // Everything that leaves in one loop is read into memory first, memory_bytes at most; what does
  // not fit fails before the first packet (report.failure, ENOMEM).
  bool preload = false;
};

struct EngineProgress {
  enum class Phase : uint8_t {
    kReading,  // what has to be there before the start
    kWaiting,  // for the time of the start
    kSending,
    kOver,  // nothing is left to send
  };
  Phase phase = Phase::kReading;
  uint64_t packets_sent = 0;
  uint64_t bytes_sent = 0;
  // Packets of the plan, of all loops, that are dealt with: sent, or left out for any reason.
  uint64_t packets_passed = 0;
  CaptureTime position{};  // in the capture's own time, whatever the speed or rate
  Nanos until_start{0};    // where the start has a given time
  Nanos elapsed{0};        // since the first packet was due; without a real clock: since play()
  Nanos scheduled{0};      // how far the schedule has been kept; means nothing without one
  Nanos lateness_p99{0};
  uint64_t starved = 0;  // packets that were late since they had not been read in time
  uint64_t loop = 0;
};

// How much a slab holds where `files` share `bytes`.
uint64_t slab_bytes_for(uint64_t bytes, uint64_t files, bool decoders_in_turns) noexcept;

// One sending thread for each transmitter, with a clock of its own; packets between two stations
// take one of them, so that their order is kept. REQUIRES: as many clocks, 1 to kMostLanes; with
// LatePolicy::kSlip one.
//
// Returns when everything was sent, sending broke down (report.failure), or a stop was asked for
// (report.interrupted). Does not call finish() of the transmitters. `watch` is called a few times a
// second on the calling thread.
Report play(const Plan& plan, const EngineOptions& options,
            std::span<transmit::Transmitter* const> transmitters, std::span<Clock* const> clocks,
            const std::function<void(const EngineProgress&)>& watch, const std::stop_token& stop);

// With one sending thread.
Report play(const Plan& plan, const EngineOptions& options, transmit::Transmitter& transmitter,
            Clock& clock, const std::function<void(const EngineProgress&)>& watch,
            const std::stop_token& stop);

}  // namespace gophercap::replay
