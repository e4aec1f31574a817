#include "jobs/replay/side_choice.h"

#include <algorithm>
#include <optional>

namespace gophercap::jobs {
namespace {

using packet::Ends;
using packet::Side;

// `is_client(address, bytes)` says who is on the clients' side. Empty: both ends, or neither.
template <class IsClient>
std::optional<Side> side_by(const Ends& ends, const IsClient& is_client) {
  if (ends.source == nullptr) return std::nullopt;
  const bool from_client = is_client(ends.source, ends.bytes);
  if (ends.to_group) return from_client ? Side::kClient : Side::kServer;
  if (from_client == is_client(ends.destination, ends.bytes)) return std::nullopt;
  return from_client ? Side::kClient : Side::kServer;
}

std::optional<Side> side_by_net(const SplitRule& rule, const Ends& ends) {
  const auto of_this_family = [&](const rewrite::Prefix& net) {
    return net.ipv6 == (ends.bytes == 16);
  };
  if (std::ranges::none_of(rule.client_nets, of_this_family)) return std::nullopt;
  return side_by(ends, [&](const uint8_t* address, uint32_t bytes) {
    rewrite::IpNumber number = 0;
    for (uint32_t i = 0; i < bytes; ++i) number = number << 8 | address[i];
    return std::ranges::any_of(rule.client_nets, [&](const rewrite::Prefix& net) {
      return of_this_family(net) && net.first <= number && number <= rewrite::last_of(net);
    });
  });
}

std::optional<Side> side_by_station(const SplitRule& rule, const Ends& ends) {
  return side_by(ends, [&](const uint8_t* address, uint32_t /*bytes*/) {
    return std::ranges::any_of(rule.client_stations, [&](const rewrite::MacAddress& station) {
      return std::equal(station.begin(), station.end(), address);
    });
  });
}

}  // namespace

std::string_view name_of(const SplitRule& rule) noexcept {
  if (!rule.client_nets.empty()) return "client-net";
  return rule.client_stations.empty() ? "auto" : "mac";
}

Side SideChoice::side_of(const packet::Frame& packet) const noexcept {
  std::optional<Side> known;
  if (!rule_.client_nets.empty()) known = side_by_net(rule_, packet::network_ends(packet));
  if (!rule_.client_stations.empty()) known = side_by_station(rule_, packet::station_ends(packet));
  if (known) return *known;
  const packet::SideClues clues = packet::side_clues(packet);
  if (clues.key == 0 || !table_.against_rule(clues.key)) return clues.by_rule;
  return packet::opposite(clues.by_rule);
}

}  // namespace gophercap::jobs
