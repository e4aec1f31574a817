// Changes addresses, ports, TTL and DSCP of packets at every layer.
#pragma once

#include <cstdint>

#include "rewrite/network/network_rules.h"

namespace gophercap::rewrite {

// Applies the rules to a frame in place. Its length stays. `original_bytes` is its length on the
// wire; if it is larger than `bytes`, only the beginning was captured. `loop` counts from 0 and
// matters only with unique_addresses. Returns whether a byte changed.
//
// Reads and writes no byte outside the frame, and does not allocate. Pure.
bool rewrite_network(uint8_t* frame, uint32_t bytes, uint32_t original_bytes, uint32_t link_type,
                     const NetworkRules& rules, uint64_t loop) noexcept;

}  // namespace gophercap::rewrite
