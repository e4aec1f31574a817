// Sends frames on a Linux interface through an AF_PACKET socket (packet(7)), many per system call
// by sendmmsg(2).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "transmit/transmitter.h"

namespace gophercap::transmit {

// Opens the interface, and the process needs CAP_NET_RAW. Errors: kPermission and those of
// inspect_interface() and check_ready() in transmit/interface.h. Frames leave through the
// interface's queueing discipline and are seen by sniffers on it.
Result<std::unique_ptr<Transmitter>> open_af_packet(const std::string& interface);

// How long a frame may be there, by the interface's MTU; see Transmitter.
struct FrameLimits {
  uint32_t min_bytes = 0;
  uint32_t max_bytes = 0;
  uint32_t vlan_extra_bytes = 0;
};
FrameLimits af_packet_limits(uint32_t mtu) noexcept;

}  // namespace gophercap::transmit
