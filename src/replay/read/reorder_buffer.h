// Sorts the packets of one file by time, and holds only as many as the disorder of the file
// requires.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "base/time.h"
#include "packet/frame.h"

namespace gophercap::replay {

struct PendingFrame {
  int64_t time_ns = 0;
  packet::Frame frame{};
  bool more = false;  // the next frame is of the same packet
  uint32_t lane = 0;
};

// Frames are pushed in file order and returned in the order (time, file order). Not thread-safe.
//
// The map has recorded the largest step back of the file, in time and in places. A frame is
// released as soon as either of them guarantees that no earlier one can follow. If the file has
// changed, or the memory is too small, a frame may come after a later one; the caller notices by
// its time.
class ReorderBuffer {
 public:
  struct Limits {
    Nanos step_back{0};               // see dataset::FileSummary
    uint64_t step_back_packets = 0;   // the same
    size_t memory_bytes = 64u << 20;  // for frames; if it is full, frames are released unsorted
  };
  explicit ReorderBuffer(const Limits& limits) : limits_(limits) {}

  // Copies the frame. All frames of a packet must have the same time.
  void push(const PendingFrame& pending);
  // Call after the last push().
  void finish() noexcept { finished_ = true; }

  // Gets the next frame that may be released, whose data stays valid until pop(). Returns false if
  // there is none yet or, after finish(), none left.
  bool peek(PendingFrame& pending) const noexcept;
  // REQUIRES: peek() returned true.
  void pop() noexcept;

  bool empty() const noexcept { return heap_.empty(); }

 private:
  struct Chunk {
    std::unique_ptr<uint8_t[]> bytes;
    size_t capacity = 0;
    size_t used = 0;
    size_t frames = 0;  // in the heap
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
  std::list<Chunk> spare_;   // at most one, to be used again
  uint64_t sequence_ = 0;
  uint64_t packets_ = 0;  // of the frames in the heap
  int64_t newest_ns_ = INT64_MIN;
  size_t held_bytes_ = 0;
  bool finished_ = false;
};

}  // namespace gophercap::replay
