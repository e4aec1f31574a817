// Protocols of IP and EtherTypes that only matter for rewriting.
#pragma once

#include <cstdint>

namespace gophercap::rewrite {

// In addition to packet::IpProtocol.
enum IpCarried : uint8_t {
  kIpIcmp = 1,
  kIpInIp = 4,
  kIpv6InIp = 41,
  kIpGre = 47,
  kIpIcmpv6 = 58,
  kIpOspf = 89,
  kIpEtherIp = 97,
  kIpPim = 103,
  kIpVrrp = 112,
  kIpUdpLite = 136,
  kIpMpls = 137,
};

// In addition to packet::EtherType.
enum EtherCarried : uint16_t {
  kLeastEtherType = 0x0600,  // below, it is a length
  kEtherArp = 0x0806,
  kEtherErspan3 = 0x22eb,
  kEtherBridged = 0x6558,  // Ethernet, in GRE and GENEVE
  kEtherReverseArp = 0x8035,
  kEtherPpp = 0x880b,
  kEtherWccp = 0x883e,
  kEtherErspan2 = 0x88be,     // also version 1, which has no header
  kEtherBackbone = 0x88e7,    // 802.1ah: a service tag, then Ethernet
  kEtherFabricPath = 0x8903,  // a tag, then Ethernet
  kEtherService = 0x894f,     // network service header (RFC 8300)
};

}  // namespace gophercap::rewrite
