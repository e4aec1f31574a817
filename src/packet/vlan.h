// The outermost VLAN tag of an Ethernet frame, and how filters, interfaces and receivers treat
// tagged frames.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "packet/layers.h"

namespace gophercap::packet {

inline constexpr uint32_t kAddressesBytes = 12;  // two station addresses; a tag comes after them
inline constexpr uint32_t kVlanTagBytes = 4;

// Returns its type (802.1Q, 802.1ad or the older 0x9100), or 0 if the frame is untagged. The rest
// of the tag may be missing.
inline uint16_t outer_tag(const uint8_t* frame, uint32_t bytes) noexcept {
  if (bytes < kEthernetHeaderBytes) return 0;
  const uint16_t type = load_be16(frame + kAddressesBytes);
  return is_vlan_type(type) ? type : uint16_t{0};
}

// True if a pcap-filter expression without "vlan" does not look at the headers of the payload.
inline bool hides_from_filters(const uint8_t* frame, uint32_t bytes) noexcept {
  return outer_tag(frame, bytes) != 0;
}

// True if an interface accepts the frame although the tag makes it longer than MTU and Ethernet
// header. AF_PACKET allows that for 802.1Q, but not for 802.1ad (net/packet/af_packet.c).
inline bool may_exceed_mtu(const uint8_t* frame, uint32_t bytes) noexcept {
  return outer_tag(frame, bytes) == kEtherVlan;
}

// True if the kernel of a receiver may have removed the tag before the capture (an offload for
// 802.1Q and 802.1ad).
inline bool may_arrive_untagged(const uint8_t* frame, uint32_t bytes) noexcept {
  const uint16_t type = outer_tag(frame, bytes);
  return bytes >= kEthernetHeaderBytes + kVlanTagBytes &&
         (type == kEtherVlan || type == kEtherVlanService);
}

}  // namespace gophercap::packet
