// What tunnels carry.
#pragma once

#include <cstdint>

#include "rewrite/network/datagram.h"
#include "rewrite/network/edits.h"

namespace gophercap::rewrite {

struct Tunnel {
  bool found = false;
  uint16_t type = 0;          // EtherType of the contents; 0: not captured, or not supported
  uint32_t at = 0;            // where they begin
  uint32_t gre_checksum = 0;  // offset of the checksum of GRE; 0 if there is none
};

// Recognises IP in IP, GRE (also PPTP), ERSPAN, MPLS and Ethernet in IP by protocol; VXLAN, VXLAN
// GPE, GENEVE, GTP-U, L2TP, MPLS in UDP and Teredo by port and contents. If `reached` is false, the
// payload was not captured or is a later fragment, so only the protocol is known.
Tunnel tunnel_of(const Edits& edits, const Datagram& datagram, bool reached) noexcept;

}  // namespace gophercap::rewrite
