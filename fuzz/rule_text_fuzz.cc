// Each line of an input is a pair of prefixes or a pair of ports.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "rewrite/network/address_map.h"
#include "rewrite/network/port_map.h"
#include "rewrite/network/rule_text.h"

namespace {

namespace rewrite = gophercap::rewrite;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

rewrite::IpNumber mapped(const rewrite::AddressMap& map, bool ipv6, rewrite::IpNumber address) {
  return ipv6 ? map.ipv6(address) : map.ipv4(static_cast<uint32_t>(address));
}

// The pairs in reverse give the inverse map.
void check_prefixes(const std::vector<rewrite::PrefixPair>& pairs) {
  std::vector<rewrite::PrefixPair> reversed = pairs;
  for (rewrite::PrefixPair& pair : reversed) std::swap(pair.from, pair.to);
  const auto map = rewrite::AddressMap::make(pairs);
  const auto inverse = rewrite::AddressMap::make(reversed);
  require(map.has_value() == inverse.has_value());
  if (!map) return;
  for (const rewrite::PrefixPair& pair : pairs) {
    require(mapped(*map, pair.from.ipv6, pair.from.first) == pair.to.first);
    for (const rewrite::Prefix& prefix : {pair.from, pair.to}) {
      const bool ipv6 = prefix.ipv6;
      for (const rewrite::IpNumber address : {prefix.first, last_of(prefix), last_of(prefix) + 1}) {
        const auto valid = ipv6 ? address : static_cast<uint32_t>(address);
        require(mapped(*inverse, ipv6, mapped(*map, ipv6, valid)) == valid);
      }
    }
  }
}

void check_ports(const std::vector<rewrite::PortPair>& pairs) {
  if (pairs.empty()) return;
  const auto map = rewrite::PortMap::make(pairs);
  if (!map) return;
  std::vector<bool> seen(65536);
  for (uint32_t port = 0; port < 65536; ++port) {
    const uint16_t image = map->port(static_cast<uint16_t>(port));
    require(!seen[image]);
    seen[image] = true;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<rewrite::PrefixPair> prefixes;
  std::vector<rewrite::PortPair> ports;
  for (int lines = 0; !text.empty() && lines < 24; ++lines) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + (line.size() < text.size() ? 1 : 0));
    if (const auto pair = rewrite::parse_prefix_pair(line)) {
      const auto again = rewrite::parse_prefix_pair(to_text(*pair));
      require(again && again->from == pair->from && again->to == pair->to);
      prefixes.push_back(*pair);
    }
    if (const auto pair = rewrite::parse_port_pair(line)) {
      require(to_text(*rewrite::parse_port_pair(to_text(*pair))) == to_text(*pair));
      ports.push_back(*pair);
    }
  }
  check_prefixes(prefixes);
  check_ports(ports);
  return 0;
}
