// --clock-steps: what becomes of a file whose clock was set while it was written.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/saturating.h"
#include "base/time.h"

namespace gophercap::replay {

struct ClockSteps {
  bool follow = false;                    // false: the key is the largest time up to the packet
  bool ahead = false;                     // steps ahead are followed too
  Nanos limit = std::chrono::seconds(1);  // > 0; steps up to that are disorder, or a pause
};

// Keys of one file's packets where steps of its clock are followed: the time of each packet plus
// an offset, or the largest of these before it. The offset changes with each step, so that the
// packet there leaves together with the one before it and what follows keeps its gaps:
//
// * A packet more than `limit` below the key before it is a step back. With `ahead`, one more than
//   `limit` above it is a step ahead.
// * A packet that is where the clock before the last step would have it ends that step: one packet
//   with a wrong time, or two clocks that take turns in one file, move nothing for good. Without
//   `ahead`, that also holds for whatever is ahead by more than `limit`, and still is not below
//   what the clock before the last step back had reached.
//
// Give it all packets in the order of the file. Not thread-safe.
class KeyClock {
 public:
  explicit KeyClock(const ClockSteps& steps) noexcept
      : limit_(steps.limit.count()), ahead_(steps.ahead) {}

  // Takes the next packet's time. True: a step of the clock stands before it.
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

  // Of the packet taken last; saturated. REQUIRES: there was one.
  int64_t key_ns() const noexcept { return saturated_int64(key_); }
  uint64_t steps() const noexcept { return steps_; }

 private:
  // Offsets add up over many steps.
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
  // The clock before the last step again.
  bool swap() noexcept {
    const Wide other = former_;
    former_ = offset_;
    offset_ = other;
    return true;
  }
  // A clock that shows this time at the key before.
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
