// A number that stands for the bytes of a packet.
#pragma once

#include <cstdint>
#include <span>

namespace gophercap::packet {

// Equal bytes and equal seed give equal digests, on every machine and in every run; different ones
// share theirs with a probability of about 2^-64. For telling packets apart, not against somebody
// who makes them collide.
uint64_t digest(std::span<const uint8_t> bytes, uint64_t seed) noexcept;

}  // namespace gophercap::packet
