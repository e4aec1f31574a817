// The contents of IPv6 extension headers (RFC 8200) that matter when the headers after them change.
#pragma once

#include <cstdint>
#include <optional>

namespace gophercap::rewrite {

struct Ipv6Extension {
  std::optional<uint32_t> jumbo_bytes;  // payload length of a jumbogram (RFC 2675)
  bool bound = false;                   // as Headers::bound
};

// All functions REQUIRE a complete header of `bytes` bytes, at least 8.
Ipv6Extension look_at_extension(uint16_t protocol, const uint8_t* header, uint32_t bytes) noexcept;

// For a routing header whose route is not completed, returns the final address, which is part of
// checksums. Null for other headers.
const uint8_t* end_of_route(uint8_t protocol, const uint8_t* header, uint32_t bytes) noexcept;

// Returns whether these hop-by-hop options contain only the option for jumbograms, as added by BIG
// TCP.
bool is_only_jumbo(const uint8_t* header, uint32_t bytes) noexcept;
// Replaces the option for jumbograms, if there is one, by padding.
void blank_jumbo(uint8_t* header, uint32_t bytes) noexcept;

}  // namespace gophercap::rewrite
