// Computes when each packet is due: at its capture time, or at a constant rate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "replay/plan/timeline.h"

namespace gophercap::replay {

// What the due times of packets are made from.
struct ScheduleRule {
  enum class Kind : uint8_t {
    kCaptureTime,
    kPacketsPerSecond,  // `rate` packets a second
    kMegabitsPerSecond  // `rate` Mbit/s of frames, without preamble, gap and check sequence
  };
  Kind kind = Kind::kCaptureTime;
  Ratio rate{};  // > 0
  // Longer gaps between packets, as sent, are shortened to this (> 0). That includes the gap before
  // the first packet sent, since the schedule may begin with packets that are left out.
  std::optional<Nanos> longest_gap{};

  bool at_rate() const noexcept { return kind != Kind::kCaptureTime; }
};

// "1000 packets/s", "10 Mbit/s". REQUIRES: at_rate().
std::string rate_text(const ScheduleRule& rule);

// Returns the offset from the start at which a packet is due if so many packets (kPacketsPerSecond)
// or bytes (kMegabitsPerSecond) were sent before it, saturated. REQUIRES: rule.at_rate().
Nanos due_at_rate(const ScheduleRule& rule, uint64_t before) noexcept;

// The merging thread calls due() once for each packet, in sending order. Due times at a rate are
// computed from integers counted from the start, so no rate drifts.
class Scheduler {
 public:
  Scheduler(const Timeline& timeline, const ScheduleRule& rule) noexcept
      : timeline_(timeline), rule_(rule) {}

  // Returns the offset from the start at which the next packet, of `bytes`, is due.
  Nanos due(CaptureTime key, uint64_t loop, uint32_t bytes) noexcept {
    if (as_captured()) [[likely]]
      return timeline_.due(key, loop);
    return due_by_rule(key, loop, bytes);
  }

  // The schedule so far, to go back to if the packet asked for last is not sent after all.
  struct State {
    uint64_t packets = 0;
    uint64_t bytes = 0;
    int64_t last_due_ns = 0;
    uint64_t gaps_shortened = 0;
    Nanos time_removed{0};
  };
  const State& state() const noexcept { return state_; }
  void go_back(const State& state) noexcept { state_ = state; }

  // True if all packets are due at their capture times.
  bool as_captured() const noexcept {
    return rule_.kind == ScheduleRule::Kind::kCaptureTime && !rule_.longest_gap;
  }
  uint64_t gaps_shortened() const noexcept { return state_.gaps_shortened; }
  Nanos time_removed() const noexcept { return state_.time_removed; }
  // Due time of the last packet; 0 if there was none, or if all are due at their capture times.
  Nanos last_due() const noexcept { return Nanos(state_.last_due_ns); }

 private:
  Nanos due_by_rule(CaptureTime key, uint64_t loop, uint32_t bytes) noexcept;

  const Timeline& timeline_;
  const ScheduleRule rule_;
  State state_;
};

}  // namespace gophercap::replay
