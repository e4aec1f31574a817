// Sends frames through a PACKET_TX_RING (packet(7), Documentation/networking/packet_mmap). Frames
// are copied into memory shared with the kernel, which sends them from there. It is cheaper than
// sendmmsg for large frames and more expensive for small ones.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "transmit/link/interface.h"
#include "transmit/transmitter.h"

namespace gophercap::transmit {

// `longest_frame_bytes` determines the size of the ring's slots. If no slot is free, further frames
// are rejected (EAGAIN); finish() waits for slots for a second.
Result<std::unique_ptr<Transmitter>> open_tx_ring(const std::string& interface,
                                                  const InterfaceFacts& facts, bool qdisc_bypass,
                                                  uint32_t longest_frame_bytes);

}  // namespace gophercap::transmit
