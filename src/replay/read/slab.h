// Frames of one file in memory, with their keys and lanes.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "packet/frame.h"

namespace gophercap::replay {

struct SlabFrame {
  int64_t key_ns = 0;   // key of the packet, as CaptureTime
  uint32_t offset = 0;  // in the slab
  uint32_t bytes : 31 = 0;
  uint32_t more : 1 = 0;  // the next frame belongs to the same packet
  uint32_t original_bytes = 0;
  uint32_t link_type : 26 = 1;  // as many bits as in a pcap header
  uint32_t lane : 6 = 0;        // index of the sending thread
};

// A reader thread fills it, the merging thread reads its list, sending threads read its bytes, then
// it is filled again. Not thread-safe: ReaderPool passes it from one thread to the next.
class Slab {
 public:
  void clear() noexcept {
    frames_.clear();
    used_ = 0;
  }
  // `more`: another frame of the same packet follows. Not for use outside of src/replay/read.
  void append(int64_t key_ns, const packet::Frame& frame, bool more, uint32_t lane) {
    if (capacity_ - used_ < frame.bytes) grow(used_ + frame.bytes);
    if (frame.bytes > 0) std::memcpy(bytes_.get() + used_, frame.data, frame.bytes);
    frames_.push_back({key_ns, static_cast<uint32_t>(used_), frame.bytes & 0x7fffffffu, more,
                       frame.original_bytes, frame.link_type & 0x03ffffffu, lane & 0x3fu});
    used_ += frame.bytes;
  }
  // Makes room for frames of `bytes` in all.
  void reserve(size_t bytes) {
    if (bytes > capacity_) grow(bytes);
  }
  const std::vector<SlabFrame>& frames() const noexcept { return frames_; }
  const uint8_t* bytes() const noexcept { return bytes_.get(); }
  size_t used_bytes() const noexcept { return used_; }
  // Memory used, including the list of frames.
  size_t footprint_bytes() const noexcept { return used_ + frames_.size() * sizeof(SlabFrame); }

 private:
  void grow(size_t wanted);

  std::unique_ptr<uint8_t[]> bytes_;
  size_t capacity_ = 0;
  size_t used_ = 0;
  std::vector<SlabFrame> frames_;
};

}  // namespace gophercap::replay
