// A tunnel opened for sending.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "transmit/transmitter.h"
#include "transmit/tunnel/tunnel.h"

namespace gophercap::transmit {

// What the kernel knows about the way to a sensor.
struct TunnelFacts {
  std::string remote{};         // its address
  std::string local{};          // the address that packets come from
  uint32_t path_mtu = 0;        // the longest IP packet that reaches it, as far as is known
  uint32_t overhead_bytes = 0;  // of IP, UDP or GRE, and the tunnel
};

// Resolves the host's name and asks for the route. Needs no privilege; sends nothing but queries
// for the name. Errors: kNotFound (no such host), kIo (no route).
Result<TunnelFacts> inspect_tunnel(const Tunnel& tunnel);

// Frames of Ethernet that fit the path with all headers, none of them fragmented.
FrameLimits tunnel_limits(const TunnelFacts& facts) noexcept;

struct OpenedTunnel {
  TunnelFacts facts;
  std::vector<std::unique_ptr<Transmitter>> lanes;
};

// Opens a tunnel with `lanes` transmitters (ERSPAN: one, since its sequence numbers have one
// order). Frames of a flow have one UDP source port; flows differ by it, so that sensors can spread
// them. Makes the kernel resolve the neighbor on the way by an empty datagram to the discard port,
// as it would silently drop all but a few frames while it does that; a neighbor that does not
// answer is an error (EHOSTUNREACH). GRE and ERSPAN need CAP_NET_RAW. Errors: those of
// inspect_tunnel(), kPermission.
Result<OpenedTunnel> open_tunnel(const Tunnel& tunnel, unsigned lanes);

}  // namespace gophercap::transmit
