// Changes addresses, ports, TTL and DSCP of packets at every layer.
#pragma once

#include <cstdint>

#include "rewrite/network/network_rules.h"

namespace gophercap::rewrite {

// Applies the rules to a frame in place. Its length stays. `original_bytes` is its length on the
// wire; if it is larger than `bytes`, only the beginning was captured. `loop` counts from 0 and
// matters only with unique_addresses. Returns whether a byte changed.
//
// What changes:
// * Addresses: in IPv4 with its options, IPv6 with its routing headers and home addresses, ARP,
//   neighbor discovery, ICMP redirects, and in the packets that ICMP errors contain. They are
//   mapped first, then made unique.
// * Ports: of the same packets, but not of later fragments. Tunnels are found by the ports in the
//   capture.
// * TTL and DSCP: not in packets that ICMP errors contain. Neighbor discovery and MLD keep their
//   hop limit, because receivers ignore messages with others.
// Headers are found behind all link types of ethernet_form.h, VLAN tags, MPLS, PPPoE, SNAP and NSH,
// and in the tunnels of tunnel.h. Addresses in payloads (DNS, DHCP, SIP, routing protocols) stay.
//
// Checksums change by what they cover (RFC 1624), also those of tunnels around what changes, and
// also in packets that were captured in part: a correct one remains so, a wrong one remains wrong
// by as much. A UDP checksum of 0 stays. A checksum that the sender's network card had yet to
// complete (is_partial()) contains addresses, but no ports; it changes by the addresses and remains
// incomplete. With fix_checksums, those of IPv4, TCP, UDP, UDP-Lite, SCTP, DCCP, ICMP and GRE are
// computed anew where all that they cover was captured, except in packets that ICMP errors contain.
// Not updated are authentication headers, and the checksum of SCTP in fragments if ports change.
//
// Reads and writes no byte outside the frame, and does not allocate. Pure.
bool rewrite_network(uint8_t* frame, uint32_t bytes, uint32_t original_bytes, uint32_t link_type,
                     const NetworkRules& rules, uint64_t loop) noexcept;

}  // namespace gophercap::rewrite
