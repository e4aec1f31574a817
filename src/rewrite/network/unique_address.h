// Other addresses in each loop of a replay, so that a sensor sees new flows instead of old ones
// again.
#pragma once

#include <cstdint>

#include "rewrite/network/prefix.h"

namespace gophercap::rewrite {

// In loop 0 all addresses stay. In any other loop, these functions are permutations of all
// addresses; they do not depend on whether an address is a source or a destination, so both
// directions of a flow fit together, and hosts never become one. A flow has other addresses in each
// loop, until the loops are as many as the range has room for.
//
// IPv4: the range of an address is 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16, or all
// other unicast addresses. The /24 of an address becomes another /24 of the same range: the one
// that is loop * step places after it, where the first follows the last, and step is a constant of
// the range without common divisor with its size. The last octet, if it is 1 to 254, moves on by
// loop mod 127 places among these. So the hosts of a /24 stay together; its first and last address,
// usually its network and broadcast address, remain first and last. The range 192.168.0.0/16, the
// smallest, has room for 256 * 127 loops.
// These stay: 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/3 (multicast, reserved, broadcast).
//
// IPv6: bits 32 to 63 are XORed with a number that is different in each of 2^32 loops. So the
// allocation of the provider (in fc00::/7: the beginning of the random number) and the interface
// identifier stay, and a network remains a network of the same size. In ::ffff:0:0/96 and
// 64:ff9b::/96, the last 32 bits change as an IPv4 address.
// These stay: all others of ::/8, fe80::/10, ff00::/8.
uint32_t unique_ipv4(uint32_t address, uint64_t loop) noexcept;
IpNumber unique_ipv6(IpNumber address, uint64_t loop) noexcept;

}  // namespace gophercap::rewrite
