// How far a replay is.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/ratio.h"
#include "base/time.h"
#include "replay/accounts.h"

namespace gophercap::replay {

// Quantiles of how late packets were sent, so far; of several sending threads, the largest.
struct LatenessSoFar {
  static constexpr std::array kShares = {0.5, 0.9, 0.99, 0.999, 1.0};
  std::array<Nanos, kShares.size()> quantiles{};

  Nanos p99() const noexcept { return quantiles[2]; }
};

struct EngineProgress {
  enum class Phase : uint8_t {
    kReading,  // reads what must be there before the start
    kWaiting,  // waits for the time of the start
    kSending,
    kOver,  // everything has been sent
  };
  Phase phase = Phase::kReading;
  uint64_t packets_sent = 0;
  uint64_t bytes_sent = 0;
  // Packets of the plan, over all loops, that were sent or left out for any reason.
  uint64_t packets_passed = 0;
  CaptureTime position{};  // in capture time, at any speed or rate
  Nanos until_start{0};    // if the start has a given time
  Nanos elapsed{0};        // since the first packet was due; with a simulated clock: since play()
  Nanos scheduled{0};      // how far the schedule has been kept; meaningless without one
  Nanos reached{0};        // how far it should be
  bool paused = false;
  std::optional<Ratio> speed{};  // if it is not that of the beginning; relative to capture time
  Ratio factor{};                // how much longer than planned the rest takes
  LatenessSoFar lateness{};
  uint64_t starved = 0;  // packets that were late because they had not been read in time
  uint64_t loop = 0;
  // What is known so far: of reading with each slab, of sending with each packet. A set that was
  // read into memory counts once, however often it is sent.
  Accounts accounts{};
};

}  // namespace gophercap::replay
