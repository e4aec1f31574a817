// Plays a plan: readers → slabs → merge → rings → sending threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>

#include "base/time.h"
#include "replay/engine_progress.h"
#include "replay/plan/frame_filter.h"
#include "replay/plan/plan.h"
#include "replay/plan/timeline.h"
#include "replay/read/wire_choice.h"
#include "replay/report.h"
#include "replay/send/clock.h"
#include "replay/send/limit.h"
#include "replay/send/scheduler.h"
#include "replay/send/sender.h"
#include "transmit/transmitter.h"

namespace gophercap::replay {

// Files that are opened before they are needed.
inline constexpr size_t kPrefetchFiles = 8;

struct EngineOptions {
  Choice choice{};
  Changes changes{};  // what packets are turned into before they are sent
  // Which wire of the only transmitter a packet takes (transmit::Frame::wire); null: it has one.
  // Borrowed. Then there is one sending thread.
  const WireChoice* wires = nullptr;
  std::optional<uint32_t> mtu{};  // of the path, if it is smaller than that of the target
  Ratio time_factor{};            // send time per capture time
  ScheduleRule rule{};            // capture times or a rate
  SendOptions send{};
  Limit limit{};                    // ends the replay before the end of the set
  uint64_t loops = 1;               // 0: endless
  std::optional<Nanos> loop_gap{};  // from the last packet of a loop to the first of the next one;
                                    // default: the mean gap
  uint64_t memory_bytes = uint64_t{128} << 20;  // for packets read ahead
  // The memory is too small for the decoders of all files that are needed at once, so a file may be
  // reopened for each slab. Slabs may be larger then.
  bool decoders_in_turns = false;
  unsigned reader_threads = 1;
  // Read all frames of one loop into memory first. If they need more than memory_bytes, the replay
  // fails before the first packet (report.failure, Cause::kTooLargeToLoad).
  bool preload = false;
};

// The size of a slab if `files` share `bytes`.
uint64_t slab_bytes_for(uint64_t bytes, uint64_t files, bool decoders_in_turns) noexcept;

// Each transmitter has a sending thread and a clock. Packets between two stations use the same one,
// so their order is kept. REQUIRES: as many clocks as transmitters; 1 to kMostLanes of them, only
// one with LatePolicy::kSlip.
//
// Returns when everything was sent, sending broke down (report.failure), or a stop was requested
// (report.interrupted). Does not call finish() of the transmitters. Calls `watch` a few times a
// second on the calling thread.
Report play(const Plan& plan, const EngineOptions& options,
            std::span<transmit::Transmitter* const> transmitters, std::span<Clock* const> clocks,
            const std::function<void(const EngineProgress&)>& watch, const std::stop_token& stop);

// With one sending thread.
Report play(const Plan& plan, const EngineOptions& options, transmit::Transmitter& transmitter,
            Clock& clock, const std::function<void(const EngineProgress&)>& watch,
            const std::stop_token& stop);

}  // namespace gophercap::replay
