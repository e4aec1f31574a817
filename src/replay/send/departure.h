// What passes from the merging to a sending thread: one frame and when it is due.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/spsc_ring.h"

namespace gophercap::replay {

// 32 bytes. `data` lies in a slab, which stays as it is until every sending thread has let go of
// the kSlabEnd behind it.
struct Departure {
  enum class Kind : uint8_t {
    kFrame,
    kSlabEnd,    // no frame: the slab that was merged to its end here is through
    kLoopBegin,  // no frame: what follows belongs to the next loop
  };
  const uint8_t* data = nullptr;
  int64_t due_ns = 0;  // after the start (Timeline::due)
  uint32_t bytes = 0;
  uint32_t original_bytes = 0;
  uint32_t link_type = 1;
  Kind kind = Kind::kFrame;
  bool more = false;  // the next frame on this lane is of the same packet
  uint8_t lane = 0;
};

using DepartureRing = SpscRing<Departure>;

inline constexpr unsigned kMostLanes = 63;

// The way to one sending thread.
struct Lane {
  // Departures on it: 8 ms at 2 Mpps, which outlasts the stalls of a busy machine, in 512 KiB.
  static constexpr size_t kEntries = 16384;

  DepartureRing ring{kEntries};
  // Slab ends that the sending thread has passed.
  alignas(64) std::atomic<uint64_t> released{0};
};

}  // namespace gophercap::replay
