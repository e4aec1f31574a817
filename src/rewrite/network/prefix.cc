#include "rewrite/network/prefix.h"

#include <arpa/inet.h>

#include <array>

namespace gophercap::rewrite {

std::string to_text(const Prefix& prefix) {
  std::array<uint8_t, 16> bytes{};
  const unsigned count = address_bits(prefix) / 8;
  for (unsigned i = 0; i < count; ++i)
    bytes[i] = static_cast<uint8_t>(prefix.first >> ((count - 1 - i) * 8));
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(prefix.ipv6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size());
  return std::string(text.data()) + '/' + std::to_string(prefix.length);
}

std::string to_text(const PrefixPair& pair) {
  return to_text(pair.from) + '=' + to_text(pair.to);
}

}  // namespace gophercap::rewrite
