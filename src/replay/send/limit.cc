#include "replay/send/limit.h"

#include <nlohmann/json.hpp>

namespace gophercap::replay {

nlohmann::ordered_json limit_to_json(const Limit& limit) {
  if (limit.packets) return {{"packets", *limit.packets}};
  if (limit.bytes) return {{"bytes", *limit.bytes}};
  if (limit.time) return {{"time_ns", limit.time->count()}};
  return nullptr;
}

bool Budget::admit(Nanos due, uint32_t bytes, bool more) noexcept {
  if (!inside_packet_ && (reached_ || is_too_late(due))) {
    reached_ = true;
    return false;
  }
  inside_packet_ = more;
  bytes_ += bytes;
  last_due_ = due;
  if (more) return true;
  ++packets_;
  // Known now, so that no reader looks in vain for a next packet.
  reached_ =
      (limit_.packets && packets_ >= *limit_.packets) || (limit_.bytes && bytes_ >= *limit_.bytes);
  return true;
}

bool Budget::is_too_late(Nanos due) noexcept {
  if (!limit_.time) return false;
  if (!top_speed_) return due > *limit_.time;
  // Asking for the time at each packet would slow it down.
  constexpr uint64_t kPacketsBetween = 64;
  if (packets_ % kPacketsBetween != 0) return false;
  if (gate_ != nullptr && !gate_->is_open()) return false;
  const SendTime now = SendClock::now();
  if (!began_) began_ = gate_ != nullptr ? gate_->start() : now;
  return now - *began_ > *limit_.time;
}

}  // namespace gophercap::replay
