// What passes from the merging to the sending thread: one frame and when it is due.
#pragma once

#include <cstdint>

#include "base/spsc_ring.h"

namespace gophercap::replay {

// 32 bytes. `data` lies in a slab, which stays as it is until the sending thread has let go of the
// departure that is marked last_of_slab.
struct Departure {
  const uint8_t* data = nullptr;
  int64_t due_ns = 0;  // after the start (Timeline::due)
  uint32_t captured_bytes = 0;
  uint32_t original_bytes = 0;
  uint32_t link_type = 1;
  bool last_of_slab = false;
  bool first_of_loop = false;
};

using DepartureRing = SpscRing<Departure>;

}  // namespace gophercap::replay
