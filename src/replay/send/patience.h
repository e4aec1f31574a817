// What to do about a frame that the way out does not take at the moment (ENOBUFS, EAGAIN): a queue
// below is full and will have room, the frame itself is what is refused, or the way out is dead.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace gophercap::replay {

// ENOBUFS is the kernel's word for a full queue, and also for a frame that was dropped because of
// what it is: longer than the other end of a veth takes or than a shaper's burst, or caught by a
// filter. The two differ in what becomes of the next frame: given up after a while, the frame has
// failed if others pass; if none do, nothing was wrong with it. Once that has been found out, the
// next such frames are given up sooner, so that they do not delay all others.
// One sending thread; allocates nothing.
class Patience {
 public:
  enum class Advice : uint8_t {
    kAgain,   // offer the same frame again in a moment
    kGiveUp,  // leave it out and offer the next one
    kOver,    // nothing has passed for too long
  };

  // `longest_stall`: after so long without a frame that passes, the way out is dead.
  // `queue_below`: there may be a slow queue; else what is full has room again very soon.
  Patience(Nanos longest_stall, bool queue_below) noexcept
      : longest_stall_(longest_stall), queue_below_(queue_below) {}

  // The front frame was refused, at `now`.
  Advice refused(int error, uint32_t frame_bytes, SendTime now) noexcept;
  // Frames from the front have passed, the longest of them so long.
  void passed(uint32_t longest_bytes) noexcept;
  // Time has passed in which nothing was offered.
  void begin_again() noexcept { stuck_ = waiting_ = false; }

  uint64_t given_up() const noexcept { return given_up_; }
  // Of these, the ones behind which nothing has passed yet.
  uint64_t in_doubt() const noexcept { return in_doubt_; }
  uint32_t first_given_up_bytes() const noexcept { return first_given_up_bytes_; }

 private:
  Nanos time_for(uint32_t frame_bytes) const noexcept;

  const Nanos longest_stall_;
  const bool queue_below_;
  SendTime stuck_since_{};    // nothing has passed
  SendTime waiting_since_{};  // the front frame has been refused
  bool stuck_ = false;
  bool waiting_ = false;
  uint32_t longest_passed_ = 0;
  uint32_t shortest_in_doubt_ = UINT32_MAX;
  int found_out_ = 0;  // how often a frame passed at once behind one that was given up
  uint64_t given_up_ = 0;
  uint64_t in_doubt_ = 0;
  uint32_t first_given_up_bytes_ = 0;
};

}  // namespace gophercap::replay
