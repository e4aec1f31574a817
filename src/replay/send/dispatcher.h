// Takes merged packets, computes when each is due, and puts it on the lane of its sending thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>

#include "replay/plan/timeline.h"
#include "replay/read/slab.h"
#include "replay/send/departure.h"
#include "replay/send/limit.h"
#include "replay/send/scheduler.h"

namespace gophercap::replay {

// Used by the merging thread only.
class Dispatcher {
 public:
  // If there is only one lane, it gets all frames.
  Dispatcher(const Timeline& timeline, const ScheduleRule& rule, std::span<Lane* const> lanes,
             const Budget& budget = {{}, false}) noexcept
      : scheduler_(timeline, rule), lanes_(lanes), budget_(budget) {}

  // From now on `rounds` (Control::rounds) is odd while packets are published.
  void count_rounds(std::atomic<uint64_t>& rounds) noexcept {
    if (lanes_.size() > 1) rounds_ = &rounds;
  }

  // Returns how many packets can be pushed whatever their lanes are. It may be an underestimate,
  // but not if it is less than `wanted`.
  size_t room(size_t wanted = 1) noexcept;
  // Sleeps until a quarter of every lane is free, or a stop is requested. Calls `meanwhile` at each
  // wake-up.
  template <class Meanwhile>
  void wait_for_room(const std::stop_token& stop, const Meanwhile& meanwhile);

  // Call in the order of the schedule; senders see the packet after publish(). Returns false if the
  // limit was reached before this frame, which is left out then. REQUIRES: room() > 0.
  bool push(const SlabFrame& frame, const uint8_t* data, uint64_t loop) noexcept {
    if (budget_.given()) [[unlikely]]
      return push_within_budget(frame, data, loop);
    put(frame, data, loop, scheduler_.due(capture_time(frame.key_ns), loop, frame.bytes()));
    return true;
  }
  // Marks the end of a slab: it is released once all lanes have passed everything pushed so far.
  void end_slab() noexcept;
  void publish() noexcept {
    if (rounds_ != nullptr) rounds_->fetch_add(1);
    for (Lane* lane : lanes_) lane->ring.publish();
    if (rounds_ != nullptr) rounds_->fetch_add(1);
  }
  // Call after the last push().
  void close() noexcept {
    publish();
    for (Lane* lane : lanes_) lane->ring.close();
  }

  // Makes all lanes throw away everything pushed so far, for seek `number`. REQUIRES: room() > 0.
  void flush(uint64_t number) noexcept;
  // The next packet is the first one after that seek, in any loop. `due`: where the schedule goes
  // on; empty: at that packet.
  void resume(uint64_t number, std::optional<Nanos> due) noexcept;
  // True if all lanes have thrown away what was pushed before that seek.
  bool flushed(uint64_t number) const noexcept;
  // Says whether everything was pushed.
  void set_complete(bool complete) noexcept;
  // True if the lanes have taken everything.
  bool all_taken() const noexcept;

  // Returns how many slabs, in the order of end_slab(), all lanes have passed.
  uint64_t slabs_released() const noexcept;
  // The loop of the last packet; empty if there was none.
  std::optional<uint64_t> last_loop() const noexcept { return last_loop_; }
  const Scheduler& scheduler() const noexcept { return scheduler_; }
  const Budget& budget() const noexcept { return budget_; }

 private:
  bool push_within_budget(const SlabFrame& frame, const uint8_t* data, uint64_t loop) noexcept;
  void put(const SlabFrame& frame, const uint8_t* data, uint64_t loop, Nanos due) noexcept {
    if (last_loop_ != loop) [[unlikely]]
      begin_loop(loop, due);
    Lane& lane = *lanes_[lanes_.size() > 1 ? frame.lane() : 0];
    lane.ring.push({.data = data,
                    .due_ns = due.count(),
                    .bytes = frame.bytes(),
                    .original_bytes = frame.original_bytes,
                    .link_type = frame.link_type(),
                    .kind = Departure::Kind::kFrame,
                    .more = frame.more(),
                    .lane = static_cast<uint8_t>(frame.lane())});
  }
  struct Resume {
    uint64_t number = 0;
    std::optional<Nanos> due{};
  };
  void begin_loop(uint64_t loop, Nanos due) noexcept;
  void mark_all(const Departure& marker) noexcept;

  Scheduler scheduler_;
  const std::span<Lane* const> lanes_;
  Budget budget_;
  std::atomic<uint64_t>* rounds_ = nullptr;
  std::optional<uint64_t> last_loop_;
  std::optional<Resume> resume_;  // the first packet after a seek has not come yet
};

namespace detail {
// The wait grows, because each wake-up may take the CPU from a sending thread. It must stay shorter
// than the three quarters of the ring that are still full last at the highest rate (6 ms at 2
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
