// Sorts the packets of one file by time, holding no more of them than the file's disorder asks for.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "base/time.h"
#include "packet/frame.h"

namespace gophercap::replay {

// A frame on its way through the buffer.
struct PendingFrame {
  int64_t time_ns = 0;
  packet::Frame frame{};
  bool more = false;  // the next frame is of the same packet
  uint32_t lane = 0;
};

// Frames go in in the order of the file and come out by (time, order of the file). Not thread-safe.
//
// The map has recorded how far a packet of the file stands too late, in time and in places; a frame
// may leave as soon as either says that nothing before it can come any more. Where the file lies
// about that (it changed, or the memory given is too little), a frame may come out after a later
// one: the caller sees it by its time.
class ReorderBuffer {
 public:
  struct Limits {
    Nanos step_back{0};               // largest, see dataset::FileSummary
    uint64_t step_back_packets = 0;   // largest
    size_t memory_bytes = 64u << 20;  // of frames; more is given out unsorted
  };
  explicit ReorderBuffer(const Limits& limits) : limits_(limits) {}

  // Copies the frame. Frames of one packet have one time.
  void push(const PendingFrame& pending);
  // No frame will follow.
  void finish() noexcept { finished_ = true; }

  // The next frame that may leave. Its data stays valid until pop(). False: none yet (or, once
  // finished, none any more).
  bool peek(PendingFrame& pending) const noexcept;
  // REQUIRES: peek() returned true.
  void pop() noexcept;

  bool empty() const noexcept { return heap_.empty(); }

 private:
  struct Chunk {
    std::unique_ptr<uint8_t[]> bytes;
    size_t capacity = 0;
    size_t used = 0;
    size_t frames = 0;  // that have not left
    std::list<Chunk>::iterator self{};
  };
  struct Entry {
    uint64_t sequence;
    Chunk* chunk;
    PendingFrame pending;
    bool after(const Entry& other) const noexcept {
      return pending.time_ns != other.pending.time_ns ? pending.time_ns > other.pending.time_ns
                                                      : sequence > other.sequence;
    }
  };
  uint8_t* room_for(size_t bytes);

  Limits limits_;
  std::vector<Entry> heap_;  // binary, smallest first
  std::list<Chunk> chunks_;  // the last one is being filled
  std::list<Chunk> spare_;   // at most one, for the next to be filled
  uint64_t sequence_ = 0;
  uint64_t packets_ = 0;  // of the frames in the heap
  int64_t newest_ns_ = INT64_MIN;
  size_t held_bytes_ = 0;
  bool finished_ = false;
};

}  // namespace gophercap::replay
