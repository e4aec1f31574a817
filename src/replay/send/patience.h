// Decides what to do about a frame that is not accepted at the moment (ENOBUFS, EAGAIN): a queue
// below is full and will have room, the frame itself is rejected, or nothing can be sent any more.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace gophercap::replay {

// ENOBUFS means a full queue, but also that a frame was dropped because of its properties: it is
// longer than the other end of a veth or the burst of a shaper allows, or a filter drops it. The
// two cases differ in what happens to the next frame. When a frame is given up after a while, it
// has failed if others pass; if none pass, nothing was wrong with it. Once that is known, further
// such frames are given up sooner, so that they do not delay all others. Used by one sending
// thread; does not allocate.
class Patience {
 public:
  enum class Advice : uint8_t {
    kAgain,   // retry the same frame soon
    kGiveUp,  // skip it and send the next one
    kOver,    // nothing has passed for too long
  };

  // If no frame has passed for `longest_stall`, nothing can be sent any more. `queue_below`: there
  // may be a slow queue; otherwise a full one has room again very soon.
  Patience(Nanos longest_stall, bool queue_below) noexcept
      : longest_stall_(longest_stall), queue_below_(queue_below) {}

  // Call when the front frame was rejected, at `now`.
  Advice refused(int error, uint32_t frame_bytes, SendTime now) noexcept;
  // Call when frames from the front have passed; `longest_bytes` is the longest of them.
  void passed(uint32_t longest_bytes) noexcept;
  // Call after a time in which nothing was sent.
  void begin_again() noexcept { stuck_ = waiting_ = false; }

  uint64_t given_up() const noexcept { return given_up_; }
  // Of the frames given up, those after which nothing has passed yet.
  uint64_t in_doubt() const noexcept { return in_doubt_; }
  uint32_t first_given_up_bytes() const noexcept { return first_given_up_bytes_; }

 private:
  Nanos time_for(uint32_t frame_bytes) const noexcept;

  const Nanos longest_stall_;
  const bool queue_below_;
  SendTime stuck_since_{};    // nothing has passed since then
  SendTime waiting_since_{};  // the front frame has been rejected since then
  bool stuck_ = false;
  bool waiting_ = false;
  uint32_t longest_passed_ = 0;
  uint32_t shortest_in_doubt_ = UINT32_MAX;
  int found_out_ = 0;  // how often a frame passed at once after one that was given up
  uint64_t given_up_ = 0;
  uint64_t in_doubt_ = 0;
  uint32_t first_given_up_bytes_ = 0;
};

}  // namespace gophercap::replay
