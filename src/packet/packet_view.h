// A packet as a capture holds it, borrowed.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace gophercap::packet {

// 40 bytes; readers hand out arrays of these. `data` stays valid until the reader is asked again;
// keeping a packet is an explicit copy.
struct PacketView {
  enum Flag : uint8_t {
    kNoTime = 1,  // the record has no time of its own (or none that fits); `time` was inherited
    kCarriedFraction = 2,  // the fraction of a second was out of range, and was carried into the
                           // seconds, or negative
  };

  const uint8_t* data = nullptr;
  CaptureTime time{};
  uint64_t offset_bytes =
      0;  // of the record or block, in the plain (decompressed) bytes of the file
  uint32_t captured_bytes = 0;
  uint32_t original_bytes = 0;
  uint32_t interface = 0;  // index into the reader's interfaces()
  uint8_t fcs_bytes =
      0;  // of the captured bytes, at their end: a frame check sequence, as far as the file tells
  uint8_t flags = 0;

  bool has_time() const noexcept { return (flags & kNoTime) == 0; }
};

}  // namespace gophercap::packet
