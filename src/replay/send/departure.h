// What the merging thread passes to a sending thread: a frame and when it is due, or a marker.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/spsc_ring.h"

namespace gophercap::replay {

// 32 bytes. `data` points into a slab, which does not change until every sending thread has passed
// the kSlabEnd that follows.
struct Departure {
  enum class Kind : uint8_t {
    kFrame,
    kSlabEnd,    // a marker: a slab was merged to its end here
    kLoopBegin,  // a marker: the next loop begins
    kFlush,      // a marker: everything before is passed over by a seek (marked_seek())
    kResume,     // a marker: after that seek, in marked_loop(), the schedule goes on at `due_ns`
  };
  const uint8_t* data = nullptr;
  int64_t due_ns = 0;  // after the start (Scheduler::due)
  uint32_t bytes = 0;
  uint32_t original_bytes = 0;
  uint32_t link_type = 1;
  Kind kind = Kind::kFrame;
  bool more = false;  // the next frame on this lane belongs to the same packet
  uint8_t lane = 0;
};

// The number of the seek, and the loop, in a marker. They take the place of what only frames have.
inline Departure flush_marker(uint64_t seek) noexcept {
  return {.link_type = static_cast<uint32_t>(seek), .kind = Departure::Kind::kFlush};
}
inline Departure resume_marker(uint64_t seek, uint64_t loop, int64_t due_ns) noexcept {
  return {.due_ns = due_ns,
          .bytes = static_cast<uint32_t>(loop),
          .original_bytes = static_cast<uint32_t>(loop >> 32),
          .link_type = static_cast<uint32_t>(seek),
          .kind = Departure::Kind::kResume};
}
inline uint64_t marked_seek(const Departure& marker) noexcept {
  return marker.link_type;
}
inline uint64_t marked_loop(const Departure& marker) noexcept {
  return uint64_t{marker.original_bytes} << 32 | marker.bytes;
}

using DepartureRing = SpscRing<Departure>;

inline constexpr unsigned kMostLanes = 63;

// What connects the merging thread to one sending thread.
struct Lane {
  // 8 ms at 2 Mpps, which is longer than most stalls of a busy machine; 512 KiB.
  static constexpr size_t kEntries = 16384;

  DepartureRing ring{kEntries};
  // Number of slab ends that the sending thread has passed.
  alignas(64) std::atomic<uint64_t> released{0};
  // Number of the last seek for which it has thrown away what it had.
  std::atomic<uint64_t> flushed{0};
  // Everything was pushed, but the lane stays open for seeks.
  std::atomic<bool> complete{false};
};

}  // namespace gophercap::replay
