// Tells how far in the set the sent packets are: the merge is ahead of them, and at a rate their
// due times do not show it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "base/mutex.h"

namespace gophercap::replay {

// The position of the merge after a packet.
struct TrailPoint {
  uint64_t pushed = 0;  // packets passed to the senders up to there
  double passed = 0;    // packets of the plan up to there, including those left out
  int64_t key_ns = 0;   // key of that packet
  uint64_t loop = 0;
};

// Between two packets this far apart in capture time, interpolation would be wrong, so each gets
// its own point. A key below the previous one counts too.
inline bool is_long_pause(int64_t before_ns, int64_t key_ns) noexcept {
  return static_cast<uint64_t>(key_ns) - static_cast<uint64_t>(before_ns) > 1'000'000'000;
}

// One thread calls add(), another one at().
class Trail {
 public:
  // `marks_pauses`: capture times will be asked for, so long pauses need their own points.
  Trail(const TrailPoint& beginning, bool marks_pauses)
      : marks_pauses_(marks_pauses), behind_(beginning) {}

  bool marks_pauses() const noexcept { return marks_pauses_; }

  // `point` must not be before the one added last.
  void add(const TrailPoint& point);
  // Returns the position when `handled` packets have been sent or given up, interpolated between
  // two points. `handled` must never decrease.
  TrailPoint at(uint64_t handled);

 private:
  // The number of points kept. If there are more between merge and wire, every second one is
  // dropped.
  static constexpr size_t kMost = 4096;

  const bool marks_pauses_;
  Mutex mutex_;
  std::deque<TrailPoint> ahead_ GUARDED_BY(mutex_);
  TrailPoint behind_ GUARDED_BY(mutex_);
};

}  // namespace gophercap::replay
