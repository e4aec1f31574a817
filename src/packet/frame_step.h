// What may become of a packet between its file and the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "packet/frame.h"

namespace gophercap::packet {

// The frames that become of one packet. Memory is used again for the next.
class FrameList {
 public:
  void clear() noexcept {
    frames_.clear();
    made_.clear();
    bytes_.clear();
  }
  // Bytes of the packet itself, or of others that stay as they are until clear().
  void add(const Frame& frame) { frames_.push_back(frame); }
  // Room for a frame of as many bytes as `frame` has, which the caller writes before the next add;
  // `frame.data` means nothing.
  uint8_t* add_made(const Frame& frame) {
    made_.push_back({frames_.size(), bytes_.size()});
    frames_.push_back(frame);
    bytes_.resize(bytes_.size() + frame.bytes);
    return bytes_.data() + made_.back().offset;
  }
  // All of them. Valid until the next add or clear.
  std::span<const Frame> frames() noexcept {
    for (const Made& made : made_) frames_[made.frame].data = bytes_.data() + made.offset;
    return frames_;
  }

 private:
  struct Made {
    size_t frame;
    size_t offset;  // of its bytes
  };
  std::vector<Frame> frames_;
  std::vector<Made> made_;
  std::vector<uint8_t> bytes_;
};

// Turns a packet into the frames that leave in its place. Pure: the same packet always becomes the
// same frames, so that forecast, replay and verify agree. May be used by several threads at once.
class FrameStep {
 public:
  virtual ~FrameStep() = default;

  // By how many bytes a frame may be longer than its packet: what slots in a ring are made for.
  // Longer ones may be left out as too long.
  virtual uint32_t growth_bytes() const noexcept = 0;
  // Adds to `out`, which is empty, the frames that leave in place of `packet`, in their order.
  // None: the packet does not leave, and counts as filtered.
  virtual void apply(const Frame& packet, FrameList& out) const = 0;
};

}  // namespace gophercap::packet
