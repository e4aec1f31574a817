// Which end of its conversation a packet comes from, as far as the packet tells.
#pragma once

#include <cstdint>

#include "packet/frame.h"

namespace gophercap::packet {

enum class Side : uint8_t { kClient, kServer };

constexpr Side opposite(Side side) noexcept {
  return side == Side::kClient ? Side::kServer : Side::kClient;
}

// The sender of a packet and whom it is for; both null if it does not tell.
struct Ends {
  const uint8_t* source = nullptr;
  const uint8_t* destination = nullptr;
  uint32_t bytes = 0;     // of each address
  bool to_group = false;  // the destination is a multicast or broadcast address
};
// Those of the outermost IP header (4 or 16 bytes), or of ARP.
Ends network_ends(const Frame& frame) noexcept;
// Those of the Ethernet header.
Ends station_ends(const Frame& frame) noexcept;

// What a packet says about its sender. Only its outermost IP header counts, as a tap sees no other.
struct SideClues {
  enum class Opening : uint8_t { kNone, kSyn, kSynAck };

  // Both directions of a conversation have different sides:
  // - TCP, UDP, SCTP, DCCP: the lower port is the server, but for UDP ports 53, 67 and 547 are, if
  //   only one is such a port. DNS between two ports 53 says itself what a question is.
  // - ICMP and ARP: who asks is the client. Errors go against the packet that they quote.
  // - Packets to a group, without such a port or type: their sender is the client.
  // - Everything else, also equal ports, ports of tunnels over UDP, and later fragments: the lower
  //   address is the client.
  Side by_rule = Side::kClient;
  // Of its TCP connection, the same in both directions; of a later fragment, that of its datagram.
  // If more is known about the key, `by_rule` may turn out to be wrong for all of its packets. 0:
  // there is none.
  uint64_t key = 0;
  Opening opening = Opening::kNone;  // of its TCP connection, by its sender
  // Of a first fragment: the key of the later ones, and their `by_rule`.
  uint64_t datagram = 0;
  Side later = Side::kClient;
};

// Reads no byte outside the packet. Pure.
SideClues side_clues(const Frame& frame) noexcept;

}  // namespace gophercap::packet
