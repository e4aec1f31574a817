// Assigns identical packets to planned ones by order and time, since their bytes are the same.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gophercap::verify {

inline constexpr uint32_t kNobody = UINT32_MAX;

// Returns for each arrival the index in `due` of its planned packet, or kNobody if there are more
// arrivals than packets.
//
// `due` must be ascending. `came` is in the order of arrival and on the scale of `due`, that is,
// without the common delay of all packets. Pairs never cross, because identical packets that
// overtook each other cannot be detected. Packets and arrivals more than `horizon_ns` apart are
// never paired, so a packet lost today is not replaced by one of tomorrow. As many of the closer
// ones as possible are paired, and of all such pairings the one with the smallest sum of |came -
// due| is chosen. If that would cost too much (a million copies, thousands of them lost), each
// arrival takes the nearest packet that is left.
std::vector<uint32_t> assign(std::span<const int64_t> due, std::span<const int64_t> came,
                             int64_t horizon_ns);

}  // namespace gophercap::verify
