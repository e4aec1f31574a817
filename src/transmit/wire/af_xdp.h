// Sends frames through an AF_XDP socket (Documentation/networking/af_xdp). Frames are copied into
// memory shared with the driver (zero-copy, if it supports that) or with the kernel (copy mode).
// Sending needs no XDP program.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "transmit/link/interface.h"
#include "transmit/transmitter.h"

namespace gophercap::transmit {

// Opens queue `queue` of the interface. Fails without having sent anything if the socket is
// unavailable (kPermission, kUnsupported, kIo), if a frame of `longest_frame_bytes` does not fit
// into a chunk of memory (4092 bytes; kUnsupported), or if the driver rejects the first wake-up,
// which has nothing to send. While too many frames are unconfirmed, further ones are rejected
// (EAGAIN); finish() waits for them for a second. Sniffers on the interface do not see these
// frames.
Result<std::unique_ptr<Transmitter>> open_af_xdp(const std::string& interface,
                                                 const InterfaceFacts& facts, uint32_t queue,
                                                 uint32_t longest_frame_bytes);

}  // namespace gophercap::transmit
