#include "packet/flow_key.h"

#include <cstring>

#include "base/bytes.h"
#include "packet/layers.h"
#include "packet/mix.h"

namespace gophercap::packet {
namespace {

using Kind = Layer::Kind;

void take_ipv4(const uint8_t* header, FlowKey& key) noexcept {
  key.network = FlowKey::Network::kIpv4;
  key.protocol = header[9];
  std::memcpy(key.source.data(), header + 12, 4);
  std::memcpy(key.destination.data(), header + 16, 4);
  const uint16_t fragment = load_be16(header + 6);
  key.fragment = (fragment & 0x3fff) != 0;  // more fragments follow, or it is not the first
}

void take_ipv6(const uint8_t* header, FlowKey& key) noexcept {
  key.network = FlowKey::Network::kIpv6;
  key.protocol = header[6];
  std::memcpy(key.source.data(), header + 8, 16);
  std::memcpy(key.destination.data(), header + 24, 16);
}

void take_extension(const Layer& layer, const uint8_t* header, FlowKey& key) noexcept {
  key.protocol = header[0];
  // A fragment that contains the whole datagram (RFC 6946) does not count.
  if (layer.id == kIpFragment) key.fragment = (load_be16(header + 2) & 0xfff9) != 0;
}

uint64_t hash_of_ipv4(const uint8_t* address) noexcept {
  return mix(load_le32(address), 0);
}
uint64_t hash_of_ipv6(const uint8_t* address) noexcept {
  return mix(load_le64(address), load_le64(address + 8));
}
uint64_t hash_of_station(const uint8_t* address) noexcept {
  return mix(load_le32(address) | uint64_t{load_le16(address + 4)} << 32, 0);
}

}  // namespace

FlowKey flow_key(const uint8_t* data, uint32_t bytes, uint32_t link_type) noexcept {
  FlowKey key;
  walk_layers(data, bytes, link_type, [&](const Layer& layer) {
    const uint8_t* header = data + layer.offset;
    switch (layer.kind) {
      case Kind::kIpv4:
        take_ipv4(header, key);
        break;
      case Kind::kIpv6:
        take_ipv6(header, key);
        break;
      case Kind::kIpv6Extension:
        take_extension(layer, header, key);
        break;
      case Kind::kTcp:
      case Kind::kUdp:
      case Kind::kSctp:
      case Kind::kDccp:
        key.source_port = load_be16(header);
        key.destination_port = load_be16(header + 2);
        key.has_ports = true;
        break;
      default:
        break;
    }
    return true;
  });
  return key;
}

uint32_t pair_hash(const uint8_t* data, uint32_t bytes, uint32_t link_type) noexcept {
  uint64_t source = 0;
  uint64_t destination = 0;
  bool found = false;
  walk_layers(data, bytes, link_type, [&](const Layer& layer) {
    const uint8_t* header = data + layer.offset;
    if (layer.kind == Kind::kIpv4) {
      source = hash_of_ipv4(header + 12);
      destination = hash_of_ipv4(header + 16);
      found = true;
    } else if (layer.kind == Kind::kIpv6) {
      source = hash_of_ipv6(header + 8);
      destination = hash_of_ipv6(header + 24);
      found = true;
    }
    return !found;
  });
  if (!found && link_type == kLinkTypeEthernet && bytes >= kEthernetHeaderBytes) {
    source = hash_of_station(data + 6);
    destination = hash_of_station(data);
  } else if (!found) {
    source = destination = mix(0, 0);
  }
  // The sum makes both directions equal.
  return static_cast<uint32_t>(mix(source + destination) >> 32);
}

}  // namespace gophercap::packet
