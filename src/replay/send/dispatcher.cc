#include "replay/send/dispatcher.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace gophercap::replay {
namespace {

// The number of markers without a frame that may come with one packet: the beginning of a loop, the
// end of a slab.
constexpr size_t kMarkersPerPacket = 2;

}  // namespace

namespace detail {

void sleep_for_room(Nanos d) noexcept {
  std::this_thread::sleep_for(d);
}

}  // namespace detail

bool Dispatcher::push_within_budget(const SlabFrame& frame, const uint8_t* data,
                                    uint64_t loop) noexcept {
  const Scheduler::State before = scheduler_.state();
  const Nanos due = scheduler_.due(capture_time(frame.key_ns), loop, frame.bytes());
  if (!budget_.admit(due, frame.bytes(), frame.more())) {
    scheduler_.go_back(before);
    return false;
  }
  put(frame, data, loop, due);
  return true;
}

size_t Dispatcher::room(size_t wanted) noexcept {
  size_t least = SIZE_MAX;
  for (Lane* lane : lanes_)
    least = std::min(least, lane->ring.free_slots(wanted + kMarkersPerPacket));
  return least > kMarkersPerPacket ? least - kMarkersPerPacket : 0;
}

void Dispatcher::end_slab() noexcept {
  mark_all({.kind = Departure::Kind::kSlabEnd});
}

void Dispatcher::begin_loop(uint64_t loop, Nanos due) noexcept {
  last_loop_ = loop;
  if (!resume_) {
    mark_all({.kind = Departure::Kind::kLoopBegin});
    return;
  }
  mark_all(resume_marker(resume_->number, loop, resume_->due.value_or(due).count()));
  resume_.reset();
}

void Dispatcher::mark_all(const Departure& marker) noexcept {
  for (Lane* lane : lanes_) lane->ring.push(marker);
}

void Dispatcher::flush(uint64_t number) noexcept {
  mark_all(flush_marker(number));
  publish();
}

void Dispatcher::resume(uint64_t number, std::optional<Nanos> due) noexcept {
  resume_ = {number, due};
  last_loop_ = UINT64_MAX;  // so that the next packet begins a loop
}

bool Dispatcher::flushed(uint64_t number) const noexcept {
  return std::ranges::all_of(lanes_, [&](const Lane* lane) {
    return lane->flushed.load(std::memory_order_acquire) >= number;
  });
}

void Dispatcher::set_complete(bool complete) noexcept {
  for (Lane* lane : lanes_) lane->complete.store(complete, std::memory_order_release);
}

bool Dispatcher::all_taken() const noexcept {
  return std::ranges::all_of(lanes_, [](const Lane* lane) { return lane->ring.size() == 0; });
}

uint64_t Dispatcher::slabs_released() const noexcept {
  uint64_t least = UINT64_MAX;
  for (const Lane* lane : lanes_)
    least = std::min(least, lane->released.load(std::memory_order_acquire));
  return least;
}

}  // namespace gophercap::replay
