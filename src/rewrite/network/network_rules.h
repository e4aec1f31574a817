// What is to change in the network and transport headers of packets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/words.h"
#include "rewrite/network/address_map.h"
#include "rewrite/network/port_map.h"

namespace gophercap::rewrite {

// Which headers of a packet in a tunnel change. Packets that are not in a tunnel always do.
enum class TunnelSide : uint8_t {
  kBoth,
  kOutside,  // the headers of the outermost tunnel
  kInside,   // all headers in the outermost tunnel
};
constexpr auto words_of(TunnelSide) noexcept {
  return std::to_array<Word<TunnelSide>>({{TunnelSide::kBoth, "both"},
                                          {TunnelSide::kOutside, "outside"},
                                          {TunnelSide::kInside, "inside"}});
}

struct NetworkRules {
  AddressMap addresses{};
  PortMap ports{};
  std::optional<uint8_t> ttl{};   // also the hop limit of IPv6
  std::optional<uint8_t> dscp{};  // at most 63
  TunnelSide side = TunnelSide::kBoth;
  bool fix_checksums = false;
  bool unique_addresses = false;  // other addresses in each loop; see unique_address.h

  bool empty() const noexcept {
    return addresses.empty() && ports.empty() && !ttl && !dscp && !fix_checksums &&
           !unique_addresses;
  }
};

}  // namespace gophercap::rewrite
