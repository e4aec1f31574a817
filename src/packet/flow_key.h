// Who speaks with whom: the addresses, protocol and ports of a packet.
#pragma once

#include <array>
#include <cstdint>

namespace gophercap::packet {

// IPv4 addresses stand in the first four bytes, the rest is zero. Source and destination as in the
// packet.
struct FlowKey {
  enum class Network : uint8_t { kNone, kIpv4, kIpv6 };
  Network network = Network::kNone;
  std::array<uint8_t, 16> source{};
  std::array<uint8_t, 16> destination{};
  uint8_t protocol = 0;   // of IP, behind IPv6 extension headers
  bool fragment = false;  // one of several of its datagram: the ports are in another one, or here
                          // only
  bool has_ports = false;
  uint16_t source_port = 0;  // TCP, UDP, SCTP, DCCP
  uint16_t destination_port = 0;
};

// Of the outermost IP header that LayerWalk finds. Reads no byte outside `data`; what is cut off or
// unknown is left at its default. Pure.
FlowKey flow_key(const uint8_t* data, uint32_t bytes, uint32_t link_type) noexcept;

// The same number for all packets between two addresses, in both directions, fragments included;
// for Ethernet frames without IP, between two stations; for other packets without IP, of all of
// them. Spreads well. Pure.
uint32_t pair_hash(const uint8_t* data, uint32_t bytes, uint32_t link_type) noexcept;

}  // namespace gophercap::packet
