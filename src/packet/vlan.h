// The outermost VLAN tag of an Ethernet frame, and who treats which tagged frames how.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "packet/layers.h"

namespace gophercap::packet {

inline constexpr uint32_t kAddressesBytes = 12;  // of two stations: a tag stands behind them
inline constexpr uint32_t kVlanTagBytes = 4;

// Its type (802.1Q, 802.1ad or the older 0x9100), 0 = the frame is untagged. Of the tag itself less
// may be there.
inline uint16_t outer_tag(const uint8_t* frame, uint32_t bytes) noexcept {
  if (bytes < kEthernetHeaderBytes) return 0;
  const uint16_t type = load_be16(frame + kAddressesBytes);
  return is_vlan_type(type) ? type : uint16_t{0};
}

// Whether a pcap-filter expression that does not say "vlan" looks at something else than the
// payload's headers.
inline bool hides_from_filters(const uint8_t* frame, uint32_t bytes) noexcept {
  return outer_tag(frame, bytes) != 0;
}

// Whether an interface takes the frame if it is longer by the tag than MTU and Ethernet header:
// AF_PACKET allows it for 802.1Q only, not for 802.1ad (net/packet/af_packet.c).
inline bool may_exceed_mtu(const uint8_t* frame, uint32_t bytes) noexcept {
  return outer_tag(frame, bytes) == kEtherVlan;
}

// Whether a receiver's kernel may have taken the tag off before it was captured (an offload: 802.1Q
// and 802.1ad).
inline bool may_arrive_untagged(const uint8_t* frame, uint32_t bytes) noexcept {
  const uint16_t type = outer_tag(frame, bytes);
  return bytes >= kEthernetHeaderBytes + kVlanTagBytes &&
         (type == kEtherVlan || type == kEtherVlanService);
}

}  // namespace gophercap::packet
