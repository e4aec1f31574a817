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

size_t Dispatcher::room(size_t wanted) noexcept {
  size_t least = SIZE_MAX;
  for (Lane* lane : lanes_)
    least = std::min(least, lane->ring.free_slots(wanted + kMarkersPerPacket));
  return least > kMarkersPerPacket ? least - kMarkersPerPacket : 0;
}

void Dispatcher::end_slab() noexcept {
  mark_all(Departure::Kind::kSlabEnd);
}

void Dispatcher::begin_loop(uint64_t loop) noexcept {
  last_loop_ = loop;
  mark_all(Departure::Kind::kLoopBegin);
}

void Dispatcher::mark_all(Departure::Kind kind) noexcept {
  for (Lane* lane : lanes_) lane->ring.push({.kind = kind});
}

uint64_t Dispatcher::slabs_released() const noexcept {
  uint64_t least = UINT64_MAX;
  for (const Lane* lane : lanes_)
    least = std::min(least, lane->released.load(std::memory_order_acquire));
  return least;
}

}  // namespace gophercap::replay
