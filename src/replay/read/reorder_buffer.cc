#include "replay/read/reorder_buffer.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace gophercap::replay {
namespace {

constexpr size_t kChunkBytes = size_t{64} << 10;

}  // namespace

uint8_t* ReorderBuffer::room_for(size_t bytes) {
  if (chunks_.empty() || chunks_.back().capacity - chunks_.back().used < bytes) {
    if (!spare_.empty() && spare_.front().capacity >= bytes) {
      chunks_.splice(chunks_.end(), spare_, spare_.begin());
    } else {
      Chunk& chunk = chunks_.emplace_back();
      chunk.self = std::prev(chunks_.end());
      chunk.capacity = std::max(kChunkBytes, bytes);
      chunk.bytes = std::make_unique_for_overwrite<uint8_t[]>(chunk.capacity);
    }
  }
  Chunk& chunk = chunks_.back();
  uint8_t* room = chunk.bytes.get() + chunk.used;
  chunk.used += bytes;
  return room;
}

void ReorderBuffer::push(const PendingFrame& pending) {
  const packet::Frame& frame = pending.frame;
  uint8_t* copy = room_for(frame.bytes);
  if (frame.bytes > 0) std::memcpy(copy, frame.data, frame.bytes);
  Chunk* chunk = &chunks_.back();
  ++chunk->frames;
  heap_.push_back({sequence_++, chunk, pending});
  heap_.back().pending.frame.data = copy;
  std::push_heap(heap_.begin(), heap_.end(),
                 [](const Entry& a, const Entry& b) { return a.after(b); });
  packets_ += !pending.more;
  newest_ns_ = std::max(newest_ns_, pending.time_ns);
  held_bytes_ += frame.bytes + sizeof(Entry);
}

bool ReorderBuffer::peek(PendingFrame& pending) const noexcept {
  if (heap_.empty()) return false;
  const PendingFrame& next = heap_.front().pending;
  const uint64_t behind = static_cast<uint64_t>(newest_ns_) - static_cast<uint64_t>(next.time_ns);
  // A later packet with the same time may still come; it follows this one in any case.
  const bool due = finished_ || behind >= static_cast<uint64_t>(limits_.step_back.count()) ||
                   packets_ > limits_.step_back_packets || held_bytes_ > limits_.memory_bytes;
  if (due) pending = next;
  return due;
}

void ReorderBuffer::pop() noexcept {
  std::pop_heap(heap_.begin(), heap_.end(),
                [](const Entry& a, const Entry& b) { return a.after(b); });
  const Entry& gone = heap_.back();
  Chunk& chunk = *gone.chunk;
  held_bytes_ -= gone.pending.frame.bytes + sizeof(Entry);
  packets_ -= !gone.pending.more;
  heap_.pop_back();
  // Any chunk may be freed, not only the oldest: a packet with a time far ahead would keep it and
  // all later ones.
  if (--chunk.frames == 0 && &chunk != &chunks_.back()) {
    chunk.used = 0;
    spare_.clear();
    spare_.splice(spare_.end(), chunks_, chunk.self);
  }
}

}  // namespace gophercap::replay
