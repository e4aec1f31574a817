// Where a replay ends, if not at the end of the set.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "base/time.h"
#include "replay/send/start_gate.h"

namespace gophercap::replay {

// At most one is given; each is above zero. Over all loops, in the order of the schedule. The last
// packet is sent whole. What --late drop or a refusing target keeps from leaving counts too.
struct Limit {
  std::optional<uint64_t> packets{};
  std::optional<uint64_t> bytes{};  // of frames; the packet that reaches it is the last one
  std::optional<Nanos> time{};  // since the first packet was due; at top speed by the clock, and
                                // what is on its way then still leaves

  bool given() const noexcept { return packets || bytes || time; }
  bool operator==(const Limit&) const = default;
};

nlohmann::ordered_json limit_to_json(const Limit& limit);

// Counts frames against a limit. Used by the merging thread only.
class Budget {
 public:
  // `gate`: at top speed, time is that since it opened; null: since the first packet.
  Budget(const Limit& limit, bool top_speed, const StartGate* gate = nullptr) noexcept
      : limit_(limit), given_(limit.given()), top_speed_(top_speed), gate_(gate) {}

  bool given() const noexcept { return given_; }
  // Returns whether the frame is within the limit. All frames of a packet are, or none.
  // REQUIRES: given().
  bool admit(Nanos due, uint32_t bytes, bool more) noexcept;
  // No further packet is within the limit.
  bool reached() const noexcept { return reached_; }
  uint64_t packets() const noexcept { return packets_; }
  Nanos last_due() const noexcept { return last_due_; }

 private:
  bool is_too_late(Nanos due) noexcept;

  const Limit limit_;
  const bool given_;
  const bool top_speed_;
  const StartGate* const gate_;
  bool inside_packet_ = false;
  bool reached_ = false;
  uint64_t packets_ = 0;
  uint64_t bytes_ = 0;
  Nanos last_due_{0};
  std::optional<SendTime> began_;
};

}  // namespace gophercap::replay
