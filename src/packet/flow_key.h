// Who speaks with whom: the addresses, protocol and ports of an Ethernet frame.
#pragma once

#include <array>
#include <cstdint>

namespace gophercap::packet {

// IPv4 addresses stand in the first four bytes, the rest is zero. Source and destination as in the
// frame.
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

// Walks Ethernet II, any number of VLAN tags (802.1Q, 802.1ad, 0x9100), MPLS labels, PPPoE
// sessions, then IPv4 or IPv6 (RFC 791, RFC 8200) and the ports. Reads no byte outside `data`; what
// is cut off or unknown is left at its default. Pure.
FlowKey flow_key(const uint8_t* data, uint32_t bytes) noexcept;

// The same number for all packets between two addresses, in both directions, fragments included;
// for frames without IP, between two stations. Spreads well. Pure.
uint32_t pair_hash(const uint8_t* data, uint32_t bytes) noexcept;

}  // namespace gophercap::packet
