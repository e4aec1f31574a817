// Sends frames through the sockets of a tunnel.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/fd.h"
#include "transmit/transmitter.h"
#include "transmit/tunnel/open_tunnel.h"
#include "transmit/tunnel/tunnel.h"

namespace gophercap::transmit {

// How many source ports the flows of a lane are spread over.
inline constexpr unsigned kPortsPerLane = 16;

// How many bytes of packets the kernel still holds for a socket: nothing else says whether they
// have left. 0 if it cannot be queried.
uint32_t bytes_waiting(const Fd& socket) noexcept;

// `sockets` are connected to the sensor; each has its own source port, if it has one.
// REQUIRES: there is at least one.
std::unique_ptr<Transmitter> make_tunnel_transmitter(const Tunnel& tunnel, const TunnelFacts& facts,
                                                     std::vector<Fd> sockets);

}  // namespace gophercap::transmit
