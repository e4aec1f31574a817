#include "packet/flow_key.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"

namespace gophercap::packet {
namespace {

constexpr uint32_t kEthernetHeaderBytes = 14;

enum EtherType : uint16_t {
  kUnknown = 0,
  kIpv4 = 0x0800,
  kIpv6 = 0x86dd,
  kVlan = 0x8100,
  kVlanService = 0x88a8,
  kVlanOld = 0x9100,
  kMpls = 0x8847,
  kMplsUpstream = 0x8848,
  kPppoeSession = 0x8864,
};

enum Protocol : uint8_t {
  kHopByHop = 0,
  kTcp = 6,
  kUdp = 17,
  kDccp = 33,
  kRouting = 43,
  kFragmentHeader = 44,
  kAuthentication = 51,
  kDestinationOptions = 60,
  kSctp = 132,
  kMobility = 135,
  kHostIdentity = 139,
  kShim6 = 140,
};

// What is left of a frame. Every step asks has() before it looks.
struct Rest {
  const uint8_t* at;
  uint32_t bytes;
  bool has(uint32_t n) const noexcept { return bytes >= n; }
  void skip(uint32_t n) noexcept {  // REQUIRES: has(n)
    at += n;
    bytes -= n;
  }
};

// Leaves `rest` at the network header; the EtherType that names it, 0 = none that is known.
uint16_t skip_link_layer(Rest& rest) noexcept {
  if (!rest.has(kEthernetHeaderBytes)) return 0;
  uint16_t type = load_be16(rest.at + 12);
  rest.skip(kEthernetHeaderBytes);
  while (type == kVlan || type == kVlanService || type == kVlanOld) {
    if (!rest.has(4)) return 0;
    type = load_be16(rest.at + 2);
    rest.skip(4);
  }
  if (type == kPppoeSession) {
    constexpr uint16_t kPppIpv4 = 0x0021;
    constexpr uint16_t kPppIpv6 = 0x0057;
    if (!rest.has(8)) return 0;
    const uint16_t inner = load_be16(rest.at + 6);
    rest.skip(8);
    return inner == kPppIpv4 ? kIpv4 : inner == kPppIpv6 ? kIpv6 : kUnknown;
  }
  if (type == kMpls || type == kMplsUpstream) {
    bool bottom = false;
    while (!bottom) {
      if (!rest.has(4)) return 0;
      bottom = (rest.at[2] & 1) != 0;
      rest.skip(4);
    }
    // MPLS does not say what it carries; the version of IP does (RFC 4928).
    if (!rest.has(1)) return 0;
    const unsigned version = rest.at[0] >> 4;
    return version == 4 ? kIpv4 : version == 6 ? kIpv6 : kUnknown;
  }
  return type;
}

void take_ports(Rest rest, FlowKey& key) noexcept {
  const uint8_t p = key.protocol;
  if ((p != kTcp && p != kUdp && p != kSctp && p != kDccp) || !rest.has(4)) return;
  key.source_port = load_be16(rest.at);
  key.destination_port = load_be16(rest.at + 2);
  key.has_ports = true;
}

void take_ipv4(Rest rest, FlowKey& key) noexcept {
  if (!rest.has(20) || rest.at[0] >> 4 != 4) return;
  const uint32_t header_bytes = (rest.at[0] & 0x0fu) * 4;
  if (header_bytes < 20) return;
  key.network = FlowKey::Network::kIpv4;
  key.protocol = rest.at[9];
  std::memcpy(key.source.data(), rest.at + 12, 4);
  std::memcpy(key.destination.data(), rest.at + 16, 4);
  const uint16_t fragment = load_be16(rest.at + 6);
  const bool later = (fragment & 0x1fff) != 0;
  key.fragment = later || (fragment & 0x2000) != 0;
  if (later || !rest.has(header_bytes)) return;
  rest.skip(header_bytes);
  take_ports(rest, key);
}

void take_ipv6(Rest rest, FlowKey& key) noexcept {
  if (!rest.has(40) || rest.at[0] >> 4 != 6) return;
  key.network = FlowKey::Network::kIpv6;
  key.protocol = rest.at[6];
  std::memcpy(key.source.data(), rest.at + 8, 16);
  std::memcpy(key.destination.data(), rest.at + 24, 16);
  rest.skip(40);
  for (;;) {
    switch (key.protocol) {
      case kHopByHop:
      case kRouting:
      case kDestinationOptions:
      case kMobility:
      case kHostIdentity:
      case kShim6:
      case kAuthentication:
      case kFragmentHeader:
        break;
      default:
        take_ports(rest, key);
        return;
    }
    if (!rest.has(8)) return;
    uint32_t header_bytes = (uint32_t{rest.at[1]} + 1) * 8;
    bool later = false;
    if (key.protocol == kFragmentHeader) {
      const uint16_t fragment = load_be16(rest.at + 2);
      later = (fragment & 0xfff8) != 0;
      // A fragment that is a whole datagram (RFC 6946) is none.
      key.fragment = later || (fragment & 1) != 0;
      header_bytes = 8;
    } else if (key.protocol == kAuthentication) {
      header_bytes = (uint32_t{rest.at[1]} + 2) * 4;
    }
    key.protocol = rest.at[0];
    if (later || !rest.has(header_bytes)) return;
    rest.skip(header_bytes);
  }
}

// Spreads the bits of a number (the finalizer of splitmix64).
uint64_t mix(uint64_t x) noexcept {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ull;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

uint64_t hash_of(const std::array<uint8_t, 16>& address) noexcept {
  return mix(load_le64(address.data()) ^ mix(load_le64(address.data() + 8) + 1));
}

}  // namespace

FlowKey flow_key(const uint8_t* data, uint32_t bytes) noexcept {
  FlowKey key;
  Rest rest{data, bytes};
  const uint16_t type = skip_link_layer(rest);
  if (type == kIpv4) take_ipv4(rest, key);
  if (type == kIpv6) take_ipv6(rest, key);
  return key;
}

uint32_t pair_hash(const uint8_t* data, uint32_t bytes) noexcept {
  FlowKey key = flow_key(data, bytes);
  if (key.network == FlowKey::Network::kNone && bytes >= kEthernetHeaderBytes) {
    std::memcpy(key.destination.data(), data, 6);
    std::memcpy(key.source.data(), data + 6, 6);
  }
  // A sum: the same in both directions.
  return static_cast<uint32_t>(mix(hash_of(key.source) + hash_of(key.destination)) >> 32);
}

}  // namespace gophercap::packet
