// Addresses in ARP, ICMP and neighbor discovery.
#pragma once

#include <cstdint>

#include "rewrite/network/address_editor.h"
#include "rewrite/network/datagram.h"

namespace gophercap::rewrite {

// The packet that an ICMP message contains; `at` is 0 if there is none.
struct Quote {
  uint32_t at = 0;
  uint32_t end = 0;
};
// REQUIRES: an ICMP message of the version of its IP.
Quote quote_of(const Edits& edits, const Datagram& datagram) noexcept;

// Changes the gateway in a redirect.
Change rewrite_icmp(AddressEditor& editor, const Datagram& datagram) noexcept;

// Changes target and destination of neighbor discovery (RFC 4861), networks and DNS servers
// announced by routers (also RFC 4191, RFC 8106), and the group of MLD.
Change rewrite_icmpv6(AddressEditor& editor, const Datagram& datagram) noexcept;
// Receivers ignore such messages unless their hop limit is the one prescribed.
bool has_prescribed_hop_limit(const Edits& edits, const Datagram& datagram) noexcept;

// Changes both protocol addresses of ARP and RARP for IPv4.
Change rewrite_arp(AddressEditor& editor, uint32_t at, const Part& part) noexcept;

}  // namespace gophercap::rewrite
