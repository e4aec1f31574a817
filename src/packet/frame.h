// A frame as it leaves, and what the capture says of it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "packet/link_type.h"
#include "packet/packet_view.h"

namespace gophercap::packet {

// Borrowed.
struct Frame {
  const uint8_t* data = nullptr;
  uint32_t bytes = 0;           // that leave: without a frame check sequence
  uint32_t original_bytes = 0;  // more than `bytes`: the capture has only the frame's beginning
  uint32_t link_type = kLinkTypeEthernet;
};

// A packet without the frame check sequence that was captured at its end. Nothing else takes that
// off.
inline Frame frame_of(const PacketView& packet, uint32_t link_type) noexcept {
  const uint32_t fcs = packet.fcs_bytes;
  return {packet.data, packet.captured_bytes - fcs,
          packet.original_bytes - std::min(packet.original_bytes, fcs), link_type};
}

}  // namespace gophercap::packet
