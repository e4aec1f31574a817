#include "replay/send/patience.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace gophercap::replay {

Nanos Patience::time_for(uint32_t frame_bytes) const noexcept {
  // A frame longer than all that have passed is probably rejected because of its length. Any other
  // frame usually waits for room, and a slow shaper may take its time.
  constexpr Nanos kLeastForLonger = std::chrono::microseconds(100);
  constexpr Nanos kLeast = std::chrono::milliseconds(20);
  constexpr int kMostHalvings = 40;
  const bool longer = frame_bytes > longest_passed_;
  if (longer && frame_bytes >= shortest_in_doubt_) return kLeastForLonger;
  Nanos at_first = longer ? longest_stall_ / 5 : longest_stall_ * 4 / 5;
  if (longer && !queue_below_) at_first = kLeast;
  const Nanos now(at_first.count() >> std::min(2 * found_out_, kMostHalvings));
  return std::max(now, longer ? kLeastForLonger : kLeast);
}

Patience::Advice Patience::refused(int error, uint32_t frame_bytes, SendTime now) noexcept {
  if (!stuck_) {
    stuck_ = true;
    stuck_since_ = now;
  }
  if (!waiting_) {
    waiting_ = true;
    waiting_since_ = now;
  }
  if (now - stuck_since_ > longest_stall_) return Advice::kOver;
  // EAGAIN always concerns the socket or the ring, never a frame.
  if (error != ENOBUFS || now - waiting_since_ < time_for(frame_bytes)) return Advice::kAgain;
  waiting_ = false;
  // The rejection does not mean that nothing can be sent, because shorter frames have passed.
  if (longest_passed_ > 0 && frame_bytes > longest_passed_) {
    stuck_ = false;
    shortest_in_doubt_ = std::min(shortest_in_doubt_, frame_bytes);
  }
  ++given_up_;
  ++in_doubt_;
  if (first_given_up_bytes_ == 0) first_given_up_bytes_ = frame_bytes;
  return Advice::kGiveUp;
}

void Patience::passed(uint32_t longest_bytes) noexcept {
  if (waiting_) {
    found_out_ = 0;  // there is a queue, and it was full
  } else if (in_doubt_ > 0) {
    ++found_out_;
  }
  stuck_ = waiting_ = false;
  in_doubt_ = 0;
  shortest_in_doubt_ = UINT32_MAX;
  longest_passed_ = std::max(longest_passed_, longest_bytes);
}

}  // namespace gophercap::replay
