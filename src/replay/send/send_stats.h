// What a sending thread measures: how late packets are sent, how far the gaps between them deviate,
// and whether there is a drift.
#pragma once

#include <cstdint>
#include <optional>

#include "base/histogram.h"
#include "base/time.h"

namespace gophercap::replay {

struct Drift {
  int64_t first_second_ns = 0;  // median lateness of the packets due in the first second, …
  int64_t last_second_ns = 0;   // … and in the last second
  int64_t drift_ns() const noexcept { return last_second_ns - first_second_ns; }
};

// One thread records, without allocating; the results may be read afterwards.
class SendStats {
 public:
  // Records the next packet in sending order: when it was due (after the start) and how late it
  // was. A packet is never early; negative values caused by the resolution of the clock count as
  // zero.
  void record(int64_t due_ns, int64_t late_ns) noexcept;
  // Call when --late slip has moved the schedule, or packets were left out: the gap to the previous
  // packet is meaningless then.
  void break_gap() noexcept { has_previous_ = false; }

  const Histogram& lateness() const noexcept { return lateness_; }
  // The absolute error of the gap to the previous packet.
  const Histogram& gap_error() const noexcept { return gap_error_; }
  // Empty if the packets span less than two seconds.
  std::optional<Drift> drift() const noexcept;

 private:
  void close_second(int64_t due_ns) noexcept;

  Histogram lateness_;
  Histogram gap_error_;
  Histogram second_;       // of the current second
  Histogram last_second_;  // the latest complete one
  int64_t second_ends_ns_ = 0;
  uint64_t seconds_ = 0;
  std::optional<int64_t> first_median_ns_;
  int64_t previous_late_ns_ = 0;
  bool has_previous_ = false;
  bool begun_ = false;
};

}  // namespace gophercap::replay
