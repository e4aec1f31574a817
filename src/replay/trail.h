// How far into the set the packets are that have left: the merge is ahead of them, and at a rate
// their due times do not tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "base/mutex.h"

namespace gophercap::replay {

// Where the merge stands behind a packet.
struct TrailPoint {
  uint64_t pushed = 0;  // packets handed to the senders up to there
  double passed = 0;    // packets of the plan up to there, with those that were left out
  int64_t key_ns = 0;   // of that packet
  uint64_t loop = 0;
};

// Between two packets that far apart, in capture time, the way is not even: each has a point of its
// own. A key below the one before counts as one.
inline bool is_long_pause(int64_t before_ns, int64_t key_ns) noexcept {
  return static_cast<uint64_t>(key_ns) - static_cast<uint64_t>(before_ns) > 1'000'000'000;
}

// add() by one thread, at() by another.
class Trail {
 public:
  // `marks_pauses`: positions are asked for, so that long pauses need points of their own.
  Trail(const TrailPoint& beginning, bool marks_pauses)
      : marks_pauses_(marks_pauses), behind_(beginning) {}

  bool marks_pauses() const noexcept { return marks_pauses_; }

  // `point` is not before the one added last.
  void add(const TrailPoint& point);
  // Where the set stands once `handled` packets have left, or were given up; between two points
  // evenly. `handled` never becomes less.
  TrailPoint at(uint64_t handled);

 private:
  // Points that are kept; where more lie between merge and wire, every second one is let go.
  static constexpr size_t kMost = 4096;

  const bool marks_pauses_;
  Mutex mutex_;
  std::deque<TrailPoint> ahead_ GUARDED_BY(mutex_);
  TrailPoint behind_ GUARDED_BY(mutex_);
};

}  // namespace gophercap::replay
