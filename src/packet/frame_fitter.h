// What may become of a frame that is too long for where it goes.
#pragma once

#include <cstdint>

#include "packet/frame.h"
#include "packet/frame_step.h"

namespace gophercap::packet {

enum class Fit : uint8_t {
  kSegments,
  kFragments,
  kTruncated,
  // It does not leave:
  kLeftOut,       // as asked
  kCut,           // it is captured only in part, and what is missing cannot be divided
  kDontFragment,  // its sender does not want fragments
  kNone,          // it cannot be made shorter
};

constexpr bool leaves(Fit fit) noexcept {
  return fit <= Fit::kTruncated;
}

// Pure: the same frame always becomes the same frames, so that forecast, replay and verify agree.
// May be used by several threads at once.
class FrameFitter {
 public:
  virtual ~FrameFitter() = default;

  // Adds to `out` the frames of at most `most_bytes` that leave in place of `frame`, which has
  // more; nothing if it does not leave. `before` is the same frame before it was rewritten: what
  // the captures tell about its connection is found by its addresses.
  virtual Fit fit(const Frame& frame, const Frame& before, uint32_t most_bytes,
                  FrameList& out) const = 0;
};

}  // namespace gophercap::packet
