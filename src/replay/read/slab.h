// Frames of one file in memory, with their keys and lanes.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "packet/frame.h"

namespace gophercap::replay {

// Where a frame lies in its slab. Packed into 24 bytes by hand: bit-fields would make the compiler
// read the memory of each new element before it writes there.
class SlabFrame {
 public:
  // `at` is the offset of its bytes. `more`: the next frame belongs to the same packet.
  SlabFrame(int64_t key, size_t at, const packet::Frame& frame, bool more, uint32_t lane) noexcept
      : key_ns(key),
        offset(static_cast<uint32_t>(at)),
        original_bytes(frame.original_bytes),
        bytes_and_more_((frame.bytes & kMostBytes) | (more ? kMore : 0)),
        link_type_and_lane_((frame.link_type & kMostLinkType) | lane << kLaneShift) {}

  int64_t key_ns;  // key of the packet, as CaptureTime
  uint32_t offset;
  uint32_t original_bytes;
  uint32_t bytes() const noexcept { return bytes_and_more_ & kMostBytes; }
  bool more() const noexcept { return (bytes_and_more_ & kMore) != 0; }
  uint32_t link_type() const noexcept { return link_type_and_lane_ & kMostLinkType; }
  uint32_t lane() const noexcept { return link_type_and_lane_ >> kLaneShift; }

 private:
  static constexpr uint32_t kMore = uint32_t{1} << 31;
  static constexpr uint32_t kMostBytes = kMore - 1;
  static constexpr unsigned kLaneShift = 26;  // a pcap header has as many bits for the link type
  static constexpr uint32_t kMostLinkType = (uint32_t{1} << kLaneShift) - 1;

  uint32_t bytes_and_more_;
  uint32_t link_type_and_lane_;
};
static_assert(sizeof(SlabFrame) == 24);

// A reader thread fills it, the merging thread reads its list, sending threads read its bytes, then
// it is filled again. Not thread-safe: ReaderPool passes it from one thread to the next.
class Slab {
 public:
  void clear() noexcept {
    frames_.clear();
    used_ = 0;
  }
  // `more`: another frame of the same packet follows.
  void append(int64_t key_ns, const packet::Frame& frame, bool more, uint32_t lane) {
    if (capacity_ - used_ < frame.bytes) grow(used_ + frame.bytes);
    if (frame.bytes > 0) std::memcpy(bytes_.get() + used_, frame.data, frame.bytes);
    frames_.emplace_back(key_ns, used_, frame, more, lane);
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
