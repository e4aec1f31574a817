// A step that may change packets between their file and the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "packet/frame.h"

namespace gophercap::packet {

// The frames made of one packet. The memory is reused for the next one.
class FrameList {
 public:
  void clear() noexcept {
    frames_.clear();
    made_.clear();
    bytes_.clear();
  }
  // Adds a frame whose bytes are those of the packet, or stay unchanged elsewhere until clear().
  void add(const Frame& frame) { frames_.push_back(frame); }
  // Adds a frame and returns memory for its `frame.bytes` bytes, which the caller writes before the
  // next add. `frame.data` is ignored.
  uint8_t* add_made(const Frame& frame) {
    made_.push_back({frames_.size(), bytes_.size()});
    frames_.push_back(frame);
    bytes_.resize(bytes_.size() + frame.bytes);
    return bytes_.data() + made_.back().offset;
  }
  // Takes back the newest frame. REQUIRES: add_made() has added it.
  void remove_made() {
    bytes_.resize(made_.back().offset);
    frames_.pop_back();
    made_.pop_back();
  }
  // Returns all frames, valid until the next add or clear.
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

// Why a step makes no frame of a packet.
enum class LeftOut : uint8_t {
  kFiltered,
  // It cannot become an Ethernet frame:
  kLinkType,      // the link type is not supported, or its packets are not those of a network
  kProtocol,      // what the packet carries exists only on its kind of link
  kEncrypted,     // the payload of a wireless frame is encrypted
  kWifiFragment,  // part of a wireless frame
  kSignalling,    // a wireless frame without payload
  kIncomplete,    // the capture ends within the headers of the link
};

// Turns a packet into the frames that are sent instead of it. Pure: the same packet always gives
// the same frames, so that forecast, replay and verify agree. Several threads may use it at once.
class FrameStep {
 public:
  virtual ~FrameStep() = default;

  // Returns by how many bytes a frame may be longer than its packet, which determines the size of
  // ring slots. Longer frames may be skipped as too long.
  virtual uint32_t growth_bytes() const noexcept = 0;
  // True if the frames of a packet of this link type may differ from the packet.
  virtual bool may_change(uint32_t link_type) const noexcept = 0;
  // Adds the frames that are sent instead of `packet` to `out`, which is empty, in their order. If
  // there are none, returns the reason.
  virtual std::optional<LeftOut> apply(const Frame& packet, FrameList& out) const = 0;
};

}  // namespace gophercap::packet
