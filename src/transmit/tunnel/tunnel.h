// Tunnels that carry mirrored traffic to a sensor elsewhere: what a user can ask for.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/words.h"

namespace gophercap::transmit {

enum class TunnelKind : uint8_t { kVxlan, kGeneve, kGre, kErspan, kUdp, kTzsp };

constexpr auto words_of(TunnelKind) noexcept {
  return std::to_array<Word<TunnelKind>>({{TunnelKind::kVxlan, "vxlan"},
                                          {TunnelKind::kGeneve, "geneve"},
                                          {TunnelKind::kGre, "gre"},
                                          {TunnelKind::kErspan, "erspan"},
                                          {TunnelKind::kUdp, "udp"},
                                          {TunnelKind::kTzsp, "tzsp"}});
}

struct Tunnel {
  TunnelKind kind = TunnelKind::kVxlan;
  std::string host{};    // a name or an address, without brackets
  uint16_t port = 0;     // of UDP; 0: the kind has none
  uint32_t id = 0;       // VXLAN and GENEVE: VNI (24 bits); GRE: key; ERSPAN: session (10 bits)
  bool has_key = false;  // GRE
  uint8_t erspan_version = 2;  // 2 or 3

  bool uses_udp() const noexcept { return kind != TunnelKind::kGre && kind != TunnelKind::kErspan; }
  bool operator==(const Tunnel&) const = default;
};

// Whether the text begins with the word of a kind and a colon.
bool is_tunnel(std::string_view spec) noexcept;

// Reads
//   vxlan:HOST[:PORT][,vni=N]     port 4789, VNI 0
//   geneve:HOST[:PORT][,vni=N]    port 6081, VNI 0
//   gre:HOST[,key=N]
//   erspan:HOST,session=N[,version=2|3]
//   udp:HOST:PORT
//   tzsp:HOST[:PORT]              port 37008
// HOST is a name, an IPv4 address, or an IPv6 address, in brackets if a port follows. Errors:
// kInvalidArgument.
Result<Tunnel> parse_tunnel(std::string_view spec);

// "vxlan:192.0.2.1:4789,vni=5": the same tunnel when parsed, with everything that has a default.
std::string describe(const Tunnel& tunnel);

}  // namespace gophercap::transmit
