// Replaces addresses, ports and tags of frames before they are sent.
#pragma once

#include <cstdint>

#include "packet/frame.h"
#include "packet/frame_step.h"

namespace gophercap::packet {

// Pure: the same frame in the same loop always becomes the same frame, so that forecast, replay and
// verify agree. Several threads may use it at once.
class FrameRewriter {
 public:
  virtual ~FrameRewriter() = default;

  // Returns by how many bytes a frame may become longer.
  virtual uint32_t growth_bytes() const noexcept = 0;
  // True if a frame of this link type may become another one, and if its length may change.
  virtual bool may_change(uint32_t link_type) const noexcept = 0;
  virtual bool may_resize(uint32_t link_type) const noexcept = 0;
  // True if a frame may become another one in a loop after the first.
  virtual bool differs_by_loop() const noexcept { return false; }
  // Adds `frame` to `out`, rewritten or as it is, and returns whether it was rewritten. `loop`
  // counts from 0.
  virtual bool rewrite(const Frame& frame, uint64_t loop, FrameList& out) const = 0;
};

}  // namespace gophercap::packet
