#include "replay/read/preload.h"

#include <algorithm>

namespace gophercap::replay {
namespace {

// Large enough that slabs cost little, small enough that growing takes no time and wastes little.
constexpr size_t kSlabBytes = size_t{4} << 20;
constexpr size_t kRun = 256;

}  // namespace

bool StoredSet::append(int64_t key_ns, const Departure& d, uint64_t most_bytes) {
  const uint64_t cost = d.bytes + sizeof(SlabFrame);
  if (cost > most_bytes - std::min(most_bytes, footprint_bytes_)) return false;
  if (slabs_.empty() || slabs_.back()->used_bytes() + d.bytes > kSlabBytes) {
    slabs_.push_back(std::make_unique<Slab>());
    slabs_.back()->reserve(std::max<size_t>(kSlabBytes, d.bytes));
  }
  slabs_.back()->append(key_ns, {d.data, d.bytes, d.original_bytes, d.link_type}, d.more, d.lane);
  ++frames_;
  footprint_bytes_ += cost;
  return true;
}

uint64_t StoredSet::play(uint64_t loops, Dispatcher& dispatcher, Trail& trail,
                         const std::stop_token& stop) const {
  uint64_t loop = 0;
  uint64_t begun = 0;  // loop of the newest packet
  uint64_t pushed = 0;
  int64_t key_ns = 0;
  const auto mark = [&](int64_t key) {
    trail.add(
        {.pushed = pushed, .passed = static_cast<double>(pushed), .key_ns = key, .loop = loop});
  };
  for (; frames_ > 0 && (loops == 0 || loop < loops) && !stop.stop_requested() &&
         !dispatcher.budget().reached();
       ++loop) {
    for (const std::unique_ptr<Slab>& slab : slabs_) {
      const std::vector<SlabFrame>& frames = slab->frames();
      for (size_t next = 0;
           next < frames.size() && !stop.stop_requested() && !dispatcher.budget().reached();) {
        const size_t room = std::min({dispatcher.room(kRun), kRun, frames.size() - next});
        if (room == 0) {
          dispatcher.wait_for_room(stop, [] {});
          continue;
        }
        for (const size_t end = next + room; next < end; ++next) {
          const SlabFrame& frame = frames[next];
          const bool jumps = pushed > 0 && trail.marks_pauses() &&
                             (begun != loop || is_long_pause(key_ns, frame.key_ns));
          if (jumps) mark(begun == loop ? key_ns : frame.key_ns);
          begun = loop;
          key_ns = frame.key_ns;
          if (!dispatcher.push(frame, slab->bytes() + frame.offset, loop)) break;
          ++pushed;
          if (jumps) mark(key_ns);
        }
        mark(key_ns);
        dispatcher.publish();
      }
    }
  }
  dispatcher.close();
  return loop;
}

}  // namespace gophercap::replay
