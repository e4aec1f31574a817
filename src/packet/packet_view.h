// A packet of a capture whose data is borrowed.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace gophercap::packet {

// 40 bytes; readers return arrays of these. `data` stays valid until the next read, so a packet has
// to be copied to keep it.
struct PacketView {
  enum Flag : uint8_t {
    kNoTime = 1,           // the record has no time, or one that does not fit; `time` is inherited
    kCarriedFraction = 2,  // the fraction of a second is out of range: carried over into the
                           // seconds, or negative
  };

  const uint8_t* data = nullptr;
  CaptureTime time{};
  uint64_t offset_bytes = 0;  // offset of the record or block in the decompressed file
  uint32_t captured_bytes = 0;
  uint32_t original_bytes = 0;
  uint32_t interface = 0;  // index into interfaces() of the reader
  uint8_t fcs_bytes = 0;   // number of captured bytes at the end that belong to a frame check
                           // sequence, as far as the file says
  uint8_t flags = 0;

  bool has_time() const noexcept { return (flags & kNoTime) == 0; }
};

}  // namespace gophercap::packet
