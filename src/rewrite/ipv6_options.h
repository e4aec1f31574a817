// What has to be known of IPv6 extension headers (RFC 8200) to change what is behind them.
#pragma once

#include <cstdint>
#include <optional>

namespace gophercap::rewrite {

struct Ipv6Extension {
  std::optional<uint32_t> jumbo_bytes;  // payload length of a jumbogram (RFC 2675)
  bool bound = false;                   // as Headers::bound
};

// REQUIRES of all below: the header is complete and has `bytes` bytes, at least 8.
Ipv6Extension look_at_extension(uint16_t protocol, const uint8_t* header, uint32_t bytes) noexcept;

// A routing header that the packet has not yet passed to its end: the address there, which
// checksums contain; null for other headers.
const uint8_t* end_of_route(uint8_t protocol, const uint8_t* header, uint32_t bytes) noexcept;

// Hop-by-hop options that contain nothing but the option for jumbograms, as BIG TCP adds them.
bool is_only_jumbo(const uint8_t* header, uint32_t bytes) noexcept;
// Replaces that option, if there is one, by padding.
void blank_jumbo(uint8_t* header, uint32_t bytes) noexcept;

}  // namespace gophercap::rewrite
