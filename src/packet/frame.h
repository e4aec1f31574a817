// A frame to be sent, and what the capture says about it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "packet/link_type.h"
#include "packet/packet_view.h"

namespace gophercap::packet {

// `data` is borrowed.
struct Frame {
  const uint8_t* data = nullptr;
  uint32_t bytes = 0;           // without a frame check sequence
  uint32_t original_bytes = 0;  // if larger than `bytes`, only the beginning was captured
  uint32_t link_type = kLinkTypeEthernet;
};

// Returns the packet without the frame check sequence, if one was captured at its end. Nothing else
// removes it.
inline Frame frame_of(const PacketView& packet, uint32_t link_type) noexcept {
  const uint32_t fcs = packet.fcs_bytes;
  return {packet.data, packet.captured_bytes - fcs,
          packet.original_bytes - std::min(packet.original_bytes, fcs), link_type};
}

}  // namespace gophercap::packet
