// Station addresses: their text form, and those of packets that were captured without them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gophercap::rewrite {

using MacAddress = std::array<uint8_t, 6>;

inline constexpr MacAddress kBroadcast = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

// "02:00:5e:00:53:01", also with dashes. Fails with kInvalidArgument.
Result<MacAddress> parse_mac(std::string_view text);
std::string to_text(const MacAddress& address);

// Returns the address for a host or a group with this IP address. For groups, RFC 1112 and RFC 2464
// define it. Addresses of hosts are locally administered: 02:00 and the IPv4 address, so that no
// two hosts share one, or 06 and a hash of the IPv6 address.
MacAddress mac_of_ipv4(const uint8_t* address) noexcept;
MacAddress mac_of_ipv6(const uint8_t* address) noexcept;

}  // namespace gophercap::rewrite
