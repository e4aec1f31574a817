// A 64-bit digest of the bytes of a packet.
#pragma once

#include <cstdint>
#include <span>

namespace gophercap::packet {

// Equal bytes and equal seeds give equal digests, on every machine and in every run. Different
// bytes collide with a probability of about 2^-64. It distinguishes packets, but does not protect
// against deliberate collisions.
uint64_t digest(std::span<const uint8_t> bytes, uint64_t seed) noexcept;

}  // namespace gophercap::packet
