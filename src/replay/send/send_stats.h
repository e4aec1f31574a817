// What a sending thread measures of itself: how late packets left, how far the gaps between them
// are off, and whether that drifts.
#pragma once

#include <cstdint>
#include <optional>

#include "base/histogram.h"
#include "base/time.h"

namespace gophercap::replay {

struct Drift {
  int64_t first_second_ns = 0;  // median lateness of the packets due in the first second, …
  int64_t last_second_ns = 0;   // … and of the last second's
  int64_t drift_ns() const noexcept { return last_second_ns - first_second_ns; }
};

// One thread records and allocates nothing; the results may be read when it is done.
class SendStats {
 public:
  // The next packet, in the order of sending: when it was due (after the start) and by how much it
  // was late. A packet is never early; what the clock's grain makes negative counts as zero.
  void record(int64_t due_ns, int64_t late_ns) noexcept;
  // A new order of time: --late slip has moved the schedule, or packets were left out. The gap to
  // the packet before means nothing then.
  void break_gap() noexcept { has_previous_ = false; }

  const Histogram& lateness() const noexcept { return lateness_; }
  // |error of the gap to the packet before|.
  const Histogram& gap_error() const noexcept { return gap_error_; }
  // Empty where the packets span less than two seconds.
  std::optional<Drift> drift() const noexcept;

 private:
  void close_second(int64_t due_ns) noexcept;

  Histogram lateness_;
  Histogram gap_error_;
  Histogram second_;       // of the second that is running
  Histogram last_second_;  // the newest one that was complete
  int64_t second_ends_ns_ = 0;
  uint64_t seconds_ = 0;
  std::optional<int64_t> first_median_ns_;
  int64_t previous_late_ns_ = 0;
  bool has_previous_ = false;
  bool begun_ = false;
};

}  // namespace gophercap::replay
