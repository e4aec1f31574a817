// Packets and rules for tests of rewriting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "rewrite/network/rewrite_network.h"
#include "rewrite/network/rule_text.h"
#include "rewrite/packet_for_test.h"
#include "testing/hex.h"

namespace gophercap::rewrite {

using testing::hex;
using testing::hex_of;

inline NetworkRules rules_of(std::initializer_list<const char*> addresses,
                             std::initializer_list<const char*> ports = {}) {
  std::vector<PrefixPair> prefixes;
  for (const char* text : addresses) prefixes.push_back(*parse_prefix_pair(text));
  std::vector<PortPair> pairs;
  for (const char* text : ports) pairs.push_back(*parse_port_pair(text));
  NetworkRules rules;
  rules.addresses = *AddressMap::make(prefixes);
  rules.ports = *PortMap::make(pairs);
  return rules;
}
// 10.0.0.1 and .2 become 44.0.0.1 and .2; fd00::1 and ::2 become 2001:db8::1 and ::2.
inline NetworkRules usual() {
  return rules_of({"10.0.0.0/8=44.0.0.0/8", "fd00::/32=2001:db8::/32"}, {"443=8443"});
}

inline Bytes rewritten(Bytes bytes, const NetworkRules& rules, uint32_t link_type = 1,
                       uint64_t loop = 0, uint32_t more = 0) {
  const auto length = static_cast<uint32_t>(bytes.size());
  bytes.shrink_to_fit();
  rewrite_network(bytes.data(), length, length + more, link_type, rules, loop);
  return bytes;
}

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// The header of an IPv4 packet with a correct checksum.
inline Bytes ipv4(uint8_t protocol, size_t payload, const std::string& source,
                  const std::string& destination, const std::string& options = "") {
  Bytes header = hex("4500000000000000400000 00") + hex(source) + hex(destination) + hex(options);
  header[0] = static_cast<uint8_t>(0x40 + header.size() / 4);
  header[9] = protocol;
  put16(header, 2, header.size() + payload);
  put16(header, 10, Packet::sum(header, 0, header.size()));
  return header;
}
inline Bytes ipv6(uint8_t protocol, size_t payload, const std::string& source,
                  const std::string& destination) {
  Bytes header = hex("600000000000 00 40") + hex(source) + hex(destination);
  header[6] = protocol;
  put16(header, 4, payload);
  return header;
}
inline const std::string kFd1 = "fd000000000000000000000000000001";
inline const std::string kFd2 = "fd000000000000000000000000000002";
inline const std::string kDb1 = "20010db8000000000000000000000001";
inline const std::string kDb2 = "20010db8000000000000000000000002";
inline const std::string kEth4 = "020000000001 020000000002 0800";
inline const std::string kEth6 = "020000000001 020000000002 86dd";

// `message` with its checksum at that offset. With addresses, they and the protocol are summed too.
inline Bytes summed(Bytes message, size_t field, const std::string& addresses = "",
                    uint8_t protocol = 0) {
  Bytes pseudo = hex(addresses);
  if (!pseudo.empty()) {
    const auto length = static_cast<uint8_t>(message.size());
    pseudo = pseudo + Bytes{0, 0, 0, length, 0, 0, 0, protocol};
  }
  put16(message, field, 0);
  put16(message, field, Packet::sum(message, 0, message.size(), pseudo));
  return message;
}

}  // namespace gophercap::rewrite
