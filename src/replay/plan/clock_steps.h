// --clock-steps: how to handle a file whose clock was set while it was written.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/saturating.h"
#include "base/time.h"

namespace gophercap::replay {

struct ClockSteps {
  bool follow = false;                    // false: the key is the largest time up to the packet
  bool ahead = false;                     // steps forward are followed too
  Nanos limit = std::chrono::seconds(1);  // > 0; smaller steps count as disorder or as a pause
};

// Computes the keys of a file's packets when steps of its clock are followed. A key is the packet's
// time plus an offset, or the largest key before it. The offset changes with each step, so that the
// packet after the step is sent together with the one before it, and later packets keep their gaps:
//
// * A packet more than `limit` below the key before it is a step back. With `ahead`, one more than
//   `limit` above it is a step forward.
// * A packet whose time fits the clock before the last step ends that step. So one packet with a
//   wrong time, or two clocks that alternate in one file, have no lasting effect. Without `ahead`,
//   a packet that is ahead by more than `limit` also ends the step if it is not below what the
//   clock before the last step back had reached.
//
// It must get all packets in file order. Not thread-safe.
class KeyClock {
 public:
  explicit KeyClock(const ClockSteps& steps) noexcept
      : limit_(steps.limit.count()), ahead_(steps.ahead) {}

  // Takes the time of the next packet. Returns true if a step of the clock comes before it.
  bool take(int64_t time_ns) noexcept {
    if (!any_) {
      any_ = true;
      key_ = time_ns;
      return false;
    }
    const Wide at = time_ns + offset_;
    const bool back = at < key_ - limit_;
    const bool stepped = back ? step_back(time_ns) : at > key_ + limit_ && step_ahead(time_ns);
    steps_ += stepped ? 1U : 0U;
    if (time_ns + offset_ > key_) key_ = time_ns + offset_;
    return stepped;
  }

  // The key of the last packet, saturated. REQUIRES: there was a packet.
  int64_t key_ns() const noexcept { return saturated_int64(key_); }
  uint64_t steps() const noexcept { return steps_; }

 private:
  // Offsets may add up over many steps.
  __extension__ using Wide = __int128;

  bool step_back(int64_t time_ns) noexcept {
    const Wide former = time_ns + former_;
    if (former >= key_ - limit_ && former <= key_ + limit_) return swap();
    return join(time_ns);
  }
  bool step_ahead(int64_t time_ns) noexcept {
    const bool ended = former_ < offset_ && time_ns + former_ >= key_ - limit_ && swap();
    if (!ahead_ || time_ns + offset_ <= key_ + limit_) return ended;
    return join(time_ns);
  }
  // Returns to the clock before the last step.
  bool swap() noexcept {
    const Wide other = former_;
    former_ = offset_;
    offset_ = other;
    return true;
  }
  // Switches to a clock that has this time at the previous key.
  bool join(int64_t time_ns) noexcept {
    former_ = offset_;
    offset_ = key_ - time_ns;
    return true;
  }

  const Wide limit_;
  const bool ahead_;
  bool any_ = false;
  Wide offset_ = 0;
  Wide former_ = 0;  // the offset before the last step
  Wide key_ = 0;
  uint64_t steps_ = 0;
};

}  // namespace gophercap::replay
