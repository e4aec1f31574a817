#include "rewrite/network/control_messages.h"

#include <algorithm>

#include "packet/layers.h"
#include "rewrite/network/ip_protocols.h"

namespace gophercap::rewrite {
namespace {

enum IcmpType : uint8_t {
  kUnreachable = 3,
  kSourceQuench = 4,
  kRedirect = 5,
  kTimeExceeded = 11,
  kParameterProblem = 12,
};

enum Icmpv6Type : uint8_t {
  kLastError = 4,  // 1 to 4 quote a packet
  kListenerQuery = 130,
  kListenerReport = 131,
  kListenerDone = 132,
  kRouterSolicitation = 133,
  kRouterAdvertisement = 134,
  kNeighborSolicitation = 135,
  kNeighborAdvertisement = 136,
  kRedirect6 = 137,
  kListenerReport2 = 143,
};

enum NeighborOption : uint8_t {
  kPrefix = 3,
  kRedirectedPacket = 4,
  kRoute = 24,
  kDnsServers = 25,
};

// Where the options of a message of neighbor discovery begin, from its beginning; 0 if it is none.
uint32_t options_offset(uint8_t type) noexcept {
  switch (type) {
    case kRouterSolicitation:
      return 8;
    case kRouterAdvertisement:
      return 16;
    case kNeighborSolicitation:
    case kNeighborAdvertisement:
      return 24;
    case kRedirect6:
      return 40;
    default:
      return 0;
  }
}

// Calls visit(type, offset, bytes) for each option that was captured, until it returns false.
template <class Visit>
void walk_options(const Edits& edits, const Datagram& datagram, Visit&& visit) {
  uint32_t at = options_offset(edits.byte(datagram.at));
  if (at == 0) return;
  for (at += datagram.at; datagram.part.has(at, 8);) {
    const uint32_t bytes = edits.byte(at + 1) * 8u;
    if (bytes == 0 || !datagram.part.has(at, bytes)) return;
    if (!visit(edits.byte(at), at, bytes)) return;
    at += bytes;
  }
}

bool is_icmp_error(uint8_t type) noexcept {
  switch (type) {
    case kUnreachable:
    case kSourceQuench:
    case kRedirect:
    case kTimeExceeded:
    case kParameterProblem:
      return true;
    default:
      return false;
  }
}

bool may_have_extensions(bool ipv6, uint8_t type) noexcept {
  if (ipv6) return type == 1 || type == 3;
  return type == kUnreachable || type == kTimeExceeded || type == kParameterProblem;
}

Change rewrite_option(AddressEditor& editor, uint8_t type, uint32_t at, uint32_t bytes) noexcept {
  const Edits& edits = editor.edits();
  Change change;
  const uint8_t length = edits.byte(at + 2);
  if (type == kPrefix && bytes >= 32) change += editor.ipv6_network(at + 16, 16, length);
  if (type == kRoute && bytes >= 16)
    change += editor.ipv6_network(at + 8, std::min(bytes - 8, 16u), length);
  if (type == kDnsServers) {
    for (uint32_t i = 8; i + 16 <= bytes; i += 16) change += editor.ipv6(at + i);
  }
  return change;
}

}  // namespace

Quote quote_of(const Edits& edits, const Datagram& datagram) noexcept {
  const Part& part = datagram.part;
  if (!part.has(datagram.at, 8)) return {};
  const uint8_t type = edits.byte(datagram.at);
  const bool error = datagram.ipv6 ? type >= 1 && type <= kLastError : is_icmp_error(type);
  if (error) {
    // If extensions follow, this says where the quote ends, which is padded to 128 bytes (RFC
    // 4884). Others may have anything there.
    const uint32_t quoted =
        datagram.ipv6 ? edits.byte(datagram.at + 4) * 8u : edits.byte(datagram.at + 5) * 4u;
    const uint32_t at = datagram.at + 8;
    return {at, may_have_extensions(datagram.ipv6, type) && quoted >= 128
                    ? std::min(part.end, at + quoted)
                    : part.end};
  }
  Quote quote;
  if (datagram.ipv6) {
    walk_options(edits, datagram, [&](uint8_t option, uint32_t at, uint32_t bytes) noexcept {
      if (option != kRedirectedPacket) return true;
      quote = {at + 8, at + bytes};
      return false;
    });
  }
  return quote;
}

Change rewrite_icmp(AddressEditor& editor, const Datagram& datagram) noexcept {
  const bool redirect =
      datagram.part.has(datagram.at, 8) && editor.edits().byte(datagram.at) == kRedirect;
  return redirect ? editor.ipv4(datagram.at + 4) : Change();
}

Change rewrite_icmpv6(AddressEditor& editor, const Datagram& datagram) noexcept {
  const Part& part = datagram.part;
  if (!part.has(datagram.at, 8)) return {};
  const uint8_t type = editor.edits().byte(datagram.at);
  Change change;
  const bool has_target = (type >= kListenerQuery && type <= kListenerDone) ||
                          (type >= kNeighborSolicitation && type <= kRedirect6);
  if (has_target && part.has(datagram.at, 24)) change += editor.ipv6(datagram.at + 8);
  if (type == kRedirect6 && part.has(datagram.at, 40)) change += editor.ipv6(datagram.at + 24);
  walk_options(editor.edits(), datagram, [&](uint8_t option, uint32_t at, uint32_t bytes) noexcept {
    change += rewrite_option(editor, option, at, bytes);
    return true;
  });
  return change;
}

bool has_prescribed_hop_limit(const Edits& edits, const Datagram& datagram) noexcept {
  if (datagram.protocol != kIpIcmpv6 || !datagram.part.has(datagram.at, 1)) return false;
  const uint8_t type = edits.byte(datagram.at);
  return (type >= kListenerQuery && type <= kRedirect6) || type == kListenerReport2;
}

Change rewrite_arp(AddressEditor& editor, uint32_t at, const Part& part) noexcept {
  const Edits& edits = editor.edits();
  if (!part.has(at, 8)) return {};
  if (edits.word(at + 2) != packet::kEtherIpv4 || edits.byte(at + 5) != 4) return {};
  const uint32_t station = edits.byte(at + 4);
  const uint32_t sender = at + 8 + station;
  const uint32_t target = sender + 4 + station;
  Change change;
  if (part.has(sender, 4)) change += editor.ipv4(sender);
  if (part.has(target, 4)) change += editor.ipv4(target);
  return change;
}

}  // namespace gophercap::rewrite
