// Gives packets of other link types the header of an Ethernet frame.
#pragma once

#include <cstdint>
#include <optional>

#include "packet/frame.h"
#include "packet/frame_step.h"
#include "rewrite/ethernet/ethernet_form.h"
#include "rewrite/ethernet/mac_address.h"

namespace gophercap::rewrite {

// Addresses for all frames that get a header. Where there is none, a frame has those that its
// capture knows (of the sender in Linux cooked captures, both of IEEE 802.11, those in ARP), else
// those that mac_address.h makes of its outermost IP addresses, else kUnknownSource and
// kUnknownDestination.
struct MacChoice {
  std::optional<MacAddress> source{};
  std::optional<MacAddress> destination{};
};

inline constexpr MacAddress kUnknownSource = {0x02, 0, 0, 0, 0, 0x01};
inline constexpr MacAddress kUnknownDestination = {0x02, 0, 0, 0, 0, 0x02};

// By how many bytes a frame may be longer than its packet.
inline constexpr uint32_t kMostEthernetGrowth = 14;

// Adds the packet as one Ethernet frame, or as several if it is an aggregate of IEEE 802.11. If
// that is not possible, adds nothing and returns the reason. A packet that is Ethernet stays as it
// is. What the capture lacks of the packet the frame lacks, too.
std::optional<NoEthernet> to_ethernet(const packet::Frame& packet, const MacChoice& choice,
                                      packet::FrameList& out);

}  // namespace gophercap::rewrite
