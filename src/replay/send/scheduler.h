// When each packet leaves, in the order of the merge: the capture's own time, or a rate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "replay/plan/timeline.h"

namespace gophercap::replay {

struct ScheduleRule {
  enum class Kind : uint8_t {
    kCaptureTime,
    kPacketsPerSecond,  // `rate` packets a second
    kMegabitsPerSecond  // `rate` Mbit/s of frames, without preamble, gap and check sequence
  };
  Kind kind = Kind::kCaptureTime;
  Ratio rate{};  // > 0
  // As sent; longer pauses are shortened to it, also the one before the first packet, which is not
  // due at once where the schedule begins with packets that are left out. > 0
  std::optional<Nanos> longest_gap{};

  bool at_rate() const noexcept { return kind != Kind::kCaptureTime; }
};

// "1000 packets/s", "10 Mbit/s". REQUIRES: at_rate().
std::string rate_text(const ScheduleRule& rule);

// At a rate: the offset from the start of what that many packets (kPacketsPerSecond) or bytes
// (kMegabitsPerSecond) have left before. Saturates at the end of 64 bits.
Nanos due_at_rate(const ScheduleRule& rule, uint64_t before) noexcept;

// Used by the merging thread, which asks once for each packet, in their order. Everything is
// counted from the start in whole numbers: nothing drifts, whatever the rate.
class Scheduler {
 public:
  Scheduler(const Timeline& timeline, const ScheduleRule& rule) noexcept
      : timeline_(timeline), rule_(rule) {}

  // Offset from the start for the packet that follows. `bytes`: of the frame.
  Nanos due(CaptureTime key, uint64_t loop, uint32_t bytes) noexcept {
    if (as_captured()) [[likely]]
      return timeline_.due(key, loop);
    return due_by_rule(key, loop, bytes);
  }

  uint64_t gaps_shortened() const noexcept { return gaps_shortened_; }
  Nanos time_removed() const noexcept { return time_removed_; }
  // Of the newest packet, where the rule is not plain capture time; 0 before any.
  Nanos last_due() const noexcept { return Nanos(last_due_ns_); }

 private:
  bool as_captured() const noexcept {
    return rule_.kind == ScheduleRule::Kind::kCaptureTime && !rule_.longest_gap;
  }
  Nanos due_by_rule(CaptureTime key, uint64_t loop, uint32_t bytes) noexcept;

  const Timeline& timeline_;
  const ScheduleRule rule_;
  uint64_t packets_ = 0;
  uint64_t bytes_ = 0;
  int64_t last_due_ns_ = 0;
  uint64_t gaps_shortened_ = 0;
  Nanos time_removed_{0};
};

}  // namespace gophercap::replay
