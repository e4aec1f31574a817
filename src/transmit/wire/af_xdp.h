// Sends frames through an AF_XDP socket (Documentation/networking/af_xdp): copied into memory
// shared with the driver (zero-copy, where it can) or with the kernel (copy mode). No program is
// loaded: sending needs none.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "transmit/link/interface.h"
#include "transmit/transmitter.h"

namespace gophercap::transmit {

// Queue `queue` of the interface. Fails, and sends nothing, where the socket can't be had
// (kPermission, kUnsupported, kIo), where a frame of `longest_frame_bytes` does not fit into a
// chunk of memory (4092 bytes: kUnsupported), or where the first wake-up of the driver, with
// nothing to send, is refused. Frames that are not confirmed refuse further ones (EAGAIN); finish()
// waits for them for a second. Sniffers on the interface do not see these frames.
Result<std::unique_ptr<Transmitter>> open_af_xdp(const std::string& interface,
                                                 const InterfaceFacts& facts, uint32_t queue,
                                                 uint32_t longest_frame_bytes);

}  // namespace gophercap::transmit
