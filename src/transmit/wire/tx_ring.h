// Sends frames through a PACKET_TX_RING (packet(7), Documentation/networking/packet_mmap): they are
// copied into memory shared with the kernel, which hangs them into its packets as they are. Cheaper
// than sendmmsg for large frames, dearer for small ones.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "transmit/link/interface.h"
#include "transmit/transmitter.h"

namespace gophercap::transmit {

// `longest_frame_bytes`: of what will be sent; slots of the ring are made for it. A ring whose
// slots do not come back refuses further frames (EAGAIN); finish() waits for them for a second.
Result<std::unique_ptr<Transmitter>> open_tx_ring(const std::string& interface,
                                                  const InterfaceFacts& facts, bool qdisc_bypass,
                                                  uint32_t longest_frame_bytes);

}  // namespace gophercap::transmit
