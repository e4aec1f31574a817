#include "transmit/tunnel/tunnel.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>

namespace gophercap::transmit {
namespace {

constexpr uint32_t kMostVni = (1u << 24) - 1;
constexpr uint32_t kMostSession = (1u << 10) - 1;

uint16_t usual_port(TunnelKind kind) noexcept {
  switch (kind) {
    case TunnelKind::kVxlan:
      return 4789;
    case TunnelKind::kGeneve:
      return 6081;
    case TunnelKind::kTzsp:
      return 37008;
    default:
      return 0;
  }
}

// Decimal, or hexadecimal after "0x"; below zero if it is neither.
int64_t number(std::string_view text) noexcept {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return -1;
  return value;
}

Error wrong(std::string_view spec, std::string_view why) {
  return Error{Errc::kInvalidArgument, 0, fmt::format("{}: {}", spec, why)};
}

// Splits HOST[:PORT] at the colon; several colons are an IPv6 address, unless it is in brackets.
struct HostAndPort {
  std::string_view host;
  std::optional<std::string_view> port;
};
std::optional<HostAndPort> split(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
    HostAndPort parts{.host = text.substr(1, close - 1), .port = {}};
    if (!rest.empty()) parts.port = rest.substr(1);
    return parts;
  }
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos)
    return HostAndPort{.host = text, .port = {}};
  return HostAndPort{.host = text.substr(0, colon), .port = text.substr(colon + 1)};
}

Result<> take_setting(std::string_view spec, std::string_view setting, Tunnel& tunnel,
                      bool& has_id) {
  const size_t equals = setting.find('=');
  const std::string_view name = setting.substr(0, equals);
  const int64_t value = equals == std::string_view::npos ? -1 : number(setting.substr(equals + 1));
  const bool has_vni = tunnel.kind == TunnelKind::kVxlan || tunnel.kind == TunnelKind::kGeneve;
  if (name == "version" && tunnel.kind == TunnelKind::kErspan) {
    if (value != 2 && value != 3) return wrong(spec, "version is 2 or 3");
    tunnel.erspan_version = static_cast<uint8_t>(value);
    return {};
  }
  uint32_t most = 0;
  if (name == "vni" && has_vni) most = kMostVni;
  if (name == "key" && tunnel.kind == TunnelKind::kGre) most = UINT32_MAX;
  if (name == "session" && tunnel.kind == TunnelKind::kErspan) most = kMostSession;
  if (most == 0) {
    return wrong(spec, fmt::format("{} has no setting \"{}\"", word_of(tunnel.kind), setting));
  }
  if (value < 0 || value > most)
    return wrong(spec, fmt::format("{} is a number from 0 to {}", name, most));
  tunnel.id = static_cast<uint32_t>(value);
  tunnel.has_key = tunnel.kind == TunnelKind::kGre;
  has_id = true;
  return {};
}

}  // namespace

bool is_tunnel(std::string_view spec) noexcept {
  const size_t colon = spec.find(':');
  return colon != std::string_view::npos &&
         value_of_word<TunnelKind>(spec.substr(0, colon)).has_value();
}

Result<Tunnel> parse_tunnel(std::string_view spec) {
  if (!is_tunnel(spec))
    return wrong(spec, "not a tunnel: vxlan, geneve, gre, erspan, udp or tzsp, \":\" and a host");
  const size_t colon = spec.find(':');
  Tunnel tunnel{.kind = *value_of_word<TunnelKind>(spec.substr(0, colon))};
  std::string_view rest = spec.substr(colon + 1);
  const size_t comma = rest.find(',');
  const auto place = split(rest.substr(0, comma));
  if (!place || place->host.empty()) return wrong(spec, "a host is missing");
  tunnel.host = std::string(place->host);
  tunnel.port = usual_port(tunnel.kind);
  if (place->port) {
    if (!tunnel.uses_udp())
      return wrong(spec, fmt::format("{} has no ports", word_of(tunnel.kind)));
    const int64_t port = number(*place->port);
    if (port <= 0 || port > 65535) return wrong(spec, "a port is a number from 1 to 65535");
    tunnel.port = static_cast<uint16_t>(port);
  }
  if (tunnel.uses_udp() && tunnel.port == 0) return wrong(spec, "a port is missing");
  bool has_id = false;
  while (rest.find(',') != std::string_view::npos) {
    rest.remove_prefix(rest.find(',') + 1);
    TRY_VOID(take_setting(spec, rest.substr(0, rest.find(',')), tunnel, has_id));
  }
  if (tunnel.kind == TunnelKind::kErspan && !has_id)
    return wrong(spec, "a session is missing: session=N");
  return tunnel;
}

std::string describe(const Tunnel& tunnel) {
  std::string text = fmt::format("{}:", word_of(tunnel.kind));
  const bool brackets = tunnel.uses_udp() && tunnel.host.find(':') != std::string::npos;
  text += brackets ? fmt::format("[{}]", tunnel.host) : tunnel.host;
  if (tunnel.uses_udp()) text += fmt::format(":{}", tunnel.port);
  switch (tunnel.kind) {
    case TunnelKind::kVxlan:
    case TunnelKind::kGeneve:
      text += fmt::format(",vni={}", tunnel.id);
      break;
    case TunnelKind::kGre:
      if (tunnel.has_key) text += fmt::format(",key={}", tunnel.id);
      break;
    case TunnelKind::kErspan:
      text += fmt::format(",session={},version={}", tunnel.id, tunnel.erspan_version);
      break;
    default:
      break;
  }
  return text;
}

}  // namespace gophercap::transmit
