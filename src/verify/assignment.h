// Which of several identical packets is which: bytes can't tell, so order and time have to.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gophercap::verify {

inline constexpr uint32_t kNobody = UINT32_MAX;

// For each arrival the place in `due` of the packet that it is taken for, kNobody = there are more
// arrivals than packets.
//
// `due` does not fall. `came`: in the order of arrival and on the scale of `due`, that is, without
// what all packets are late by. Arrivals never cross: identical packets that overtook each other
// can't be told from such that did not. Places more than `horizon_ns` apart have nothing to do with
// each other, so a packet lost today is not made up for by one of tomorrow; of those that are
// closer as many as possible are paired, and of all such pairings the one with the smallest sum of
// |came - due|. Where that would cost too much (a million copies, thousands of them lost) each
// takes the nearest that is left.
std::vector<uint32_t> assign(std::span<const int64_t> due, std::span<const int64_t> came,
                             int64_t horizon_ns);

}  // namespace gophercap::verify
