// A set in memory: merged once, then played from there as often as wanted, with nothing to read.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "replay/read/slab.h"
#include "replay/report.h"
#include "replay/send/dispatcher.h"
#include "replay/trail.h"

namespace gophercap::replay {

// Every frame that leaves in one loop, in the order of the schedule. 24 bytes a frame beside its
// own. Filled by one thread, then played by one.
class StoredSet {
 public:
  // Copies a frame that comes out of another slab. False: it would take more than `most_bytes` in
  // all.
  bool append(int64_t key_ns, const Departure& departure, uint64_t most_bytes);
  uint64_t frames() const noexcept { return frames_; }
  uint64_t footprint_bytes() const noexcept { return footprint_bytes_; }

  // Pushes all loops (0 = for ever) until a stop is asked for; closes the lanes. How many loops
  // were begun.
  uint64_t play(uint64_t loops, Dispatcher& dispatcher, Trail& trail,
                const std::stop_token& stop) const;

 private:
  std::vector<std::unique_ptr<Slab>> slabs_;  // none is ever cleared
  uint64_t frames_ = 0;
  uint64_t footprint_bytes_ = 0;
};

}  // namespace gophercap::replay
