// The end of the merge: gives each packet its time and puts it on the lane of its sending thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>

#include "replay/plan/timeline.h"
#include "replay/read/slab.h"
#include "replay/send/departure.h"
#include "replay/send/scheduler.h"

namespace gophercap::replay {

// Used by the merging thread only.
class Dispatcher {
 public:
  // A single lane takes the frames of all.
  Dispatcher(const Timeline& timeline, const ScheduleRule& rule,
             std::span<Lane* const> lanes) noexcept
      : scheduler_(timeline, rule), lanes_(lanes) {}

  // Packets that can be pushed whatever their lanes are, at least; exact if less than `wanted`.
  size_t room(size_t wanted = 1) noexcept;
  // Sleeps until a good part of every lane is free, or a stop is asked for; calls `meanwhile` each
  // time it wakes up.
  template <class Meanwhile>
  void wait_for_room(const std::stop_token& stop, const Meanwhile& meanwhile);

  // The packets come in the order of the schedule. REQUIRES: room() > 0. They leave when published.
  void push(const SlabFrame& frame, const uint8_t* data, uint64_t loop) noexcept {
    if (last_loop_ != loop) [[unlikely]]
      begin_loop(loop);
    Lane& lane = *lanes_[lanes_.size() > 1 ? frame.lane : 0];
    lane.ring.push({.data = data,
                    .due_ns = scheduler_.due(capture_time(frame.key_ns), loop, frame.bytes).count(),
                    .bytes = frame.bytes,
                    .original_bytes = frame.original_bytes,
                    .link_type = frame.link_type,
                    .kind = Departure::Kind::kFrame,
                    .more = frame.more != 0,
                    .lane = static_cast<uint8_t>(frame.lane)});
  }
  // Everything pushed up to now has to be let go of before the slab that ends here is free.
  void end_slab() noexcept;
  void publish() noexcept {
    for (Lane* lane : lanes_) lane->ring.publish();
  }
  // Nothing more will come.
  void close() noexcept {
    for (Lane* lane : lanes_) lane->ring.close();
  }

  // How many of the slabs that were ended, in that order, every lane has let go of.
  uint64_t slabs_released() const noexcept;
  // Of the packet pushed last; empty: there was none.
  std::optional<uint64_t> last_loop() const noexcept { return last_loop_; }
  const Scheduler& scheduler() const noexcept { return scheduler_; }

 private:
  void begin_loop(uint64_t loop) noexcept;
  void mark_all(Departure::Kind kind) noexcept;

  Scheduler scheduler_;
  const std::span<Lane* const> lanes_;
  std::optional<uint64_t> last_loop_;
};

namespace detail {
// Longer each time, since each wake-up may take the CPU from a sending thread; but never as long as
// the three quarters of the ring that are still full last at the highest rate there is (6 ms at 2
// Mpps).
inline constexpr Nanos kShortestWaitForRoom = std::chrono::microseconds(200);
inline constexpr Nanos kLongestWaitForRoom = std::chrono::milliseconds(3);
void sleep_for_room(Nanos d) noexcept;
}  // namespace detail

template <class Meanwhile>
void Dispatcher::wait_for_room(const std::stop_token& stop, const Meanwhile& meanwhile) {
  const size_t enough = lanes_.front()->ring.capacity() / 4;
  Nanos wait = detail::kShortestWaitForRoom;
  while (room(enough) < enough && !stop.stop_requested()) {
    meanwhile();
    detail::sleep_for_room(wait);
    wait = std::min(2 * wait, detail::kLongestWaitForRoom);
  }
}

}  // namespace gophercap::replay
