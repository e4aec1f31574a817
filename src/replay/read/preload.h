// A set in memory, which is merged once and then played any number of times without reading.
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

// All frames of one loop, in the order of the schedule. Needs 24 bytes per frame besides its own.
// Filled by one thread, then played by one.
class StoredSet {
 public:
  // Copies a frame. Returns false if the set would then need more than `most_bytes`.
  bool append(int64_t key_ns, const Departure& departure, uint64_t most_bytes);
  uint64_t frames() const noexcept { return frames_; }
  uint64_t footprint_bytes() const noexcept { return footprint_bytes_; }

  // Pushes all loops (0: endless) until a stop is requested, then closes the lanes. Returns the
  // number of loops begun.
  uint64_t play(uint64_t loops, Dispatcher& dispatcher, Trail& trail,
                const std::stop_token& stop) const;

 private:
  std::vector<std::unique_ptr<Slab>> slabs_;  // never cleared
  uint64_t frames_ = 0;
  uint64_t footprint_bytes_ = 0;
};

}  // namespace gophercap::replay
