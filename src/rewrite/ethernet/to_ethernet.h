// Gives packets of other link types the header of an Ethernet frame.
#pragma once

#include <cstdint>
#include <optional>

#include "packet/frame.h"
#include "packet/frame_step.h"
#include "rewrite/ethernet/ethernet_form.h"
#include "rewrite/ethernet/mac_address.h"

namespace gophercap::rewrite {

// The addresses for all frames that get a header. If an address is not given, it is the one in the
// captured packet (the sender in Linux cooked captures, both in IEEE 802.11, those in ARP),
// otherwise the one that mac_address.h derives from the outermost IP address, otherwise
// kUnknownSource or kUnknownDestination.
struct MacChoice {
  std::optional<MacAddress> source{};
  std::optional<MacAddress> destination{};
};

inline constexpr MacAddress kUnknownSource = {0x02, 0, 0, 0, 0, 0x01};
inline constexpr MacAddress kUnknownDestination = {0x02, 0, 0, 0, 0, 0x02};

// By how many bytes a frame may be longer than its packet.
inline constexpr uint32_t kMostEthernetGrowth = 14;

// Adds the packet to `out` as one Ethernet frame, or as several if it is an aggregate of IEEE
// 802.11. If that is impossible, adds nothing and returns the reason. Ethernet packets are
// unchanged. If the capture has only the beginning of the packet, so has the frame.
std::optional<packet::LeftOut> to_ethernet(const packet::Frame& packet, const MacChoice& choice,
                                           packet::FrameList& out);

}  // namespace gophercap::rewrite
