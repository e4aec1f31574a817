// Ranges of IP addresses as people write them.
#pragma once

#include <cstdint>
#include <string>

namespace gophercap::rewrite {

// An address as a number in the byte order of the host. IPv4 addresses use the lowest 32 bits.
__extension__ using IpNumber = unsigned __int128;

struct Prefix {
  bool ipv6 = false;
  uint8_t length = 0;  // in bits
  IpNumber first = 0;  // its first address

  friend bool operator==(const Prefix&, const Prefix&) = default;
};

// The addresses of `from` become those of `to`; the bits after the prefix stay.
struct PrefixPair {
  Prefix from{};
  Prefix to{};
};

constexpr unsigned address_bits(const Prefix& prefix) noexcept {
  return prefix.ipv6 ? 128 : 32;
}
// The last address of the prefix.
constexpr IpNumber last_of(const Prefix& prefix) noexcept {
  const unsigned free_bits = address_bits(prefix) - prefix.length;
  return free_bits == 128 ? ~IpNumber{0} : prefix.first | ((IpNumber{1} << free_bits) - 1);
}

// "10.0.0.0/8", "2001:db8::/32"
std::string to_text(const Prefix& prefix);
// "10.0.0.0/8=172.16.0.0/12"
std::string to_text(const PrefixPair& pair);

}  // namespace gophercap::rewrite
