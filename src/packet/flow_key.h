// The addresses, protocol and ports of a packet.
#pragma once

#include <array>
#include <cstdint>

namespace gophercap::packet {

// IPv4 addresses are in the first four bytes, the rest is zero. Source and destination are as in
// the packet.
struct FlowKey {
  enum class Network : uint8_t { kNone, kIpv4, kIpv6 };
  Network network = Network::kNone;
  std::array<uint8_t, 16> source{};
  std::array<uint8_t, 16> destination{};
  uint8_t protocol = 0;   // of IP, after IPv6 extension headers
  bool fragment = false;  // one of several fragments: the ports are in another one, or only in this
                          // one
  bool has_ports = false;
  uint16_t source_port = 0;  // TCP, UDP, SCTP, DCCP
  uint16_t destination_port = 0;
};

// Takes the outermost IP header that the walk finds. Reads no byte outside `data`; fields that are
// cut off or unknown keep their default. Pure.
FlowKey flow_key(const uint8_t* data, uint32_t bytes, uint32_t link_type) noexcept;

// Returns the same number for all packets between two addresses, in both directions, including
// fragments. For Ethernet frames without IP the two stations count; all other packets without IP
// have the same number. Well distributed. Pure.
uint32_t pair_hash(const uint8_t* data, uint32_t bytes, uint32_t link_type) noexcept;

}  // namespace gophercap::packet
