#include "transmit/link/interface.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <net/if.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "packet/vlan.h"
#include "transmit/link/link_message.h"

namespace gophercap::transmit {
namespace {

std::string existing_interfaces() {
  std::vector<std::string> names;
  if (struct if_nameindex* list = ::if_nameindex(); list != nullptr) {
    for (const struct if_nameindex* i = list; i->if_index != 0; ++i) names.emplace_back(i->if_name);
    ::if_freenameindex(list);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// For other kinds, IFLA_LINK is the interface below, whose MTU limits this one anyway.
bool is_pair(const std::string& kind) noexcept {
  return kind == "veth" || kind == "netkit";
}

std::optional<FarEnd> inspect_far_end(const LinkMessage& near) {
  if (!is_pair(near.facts.kind) || near.other_index == 0) return std::nullopt;
  if (near.other_namespace && *near.other_namespace < 0) return std::nullopt;
  const Result<LinkMessage> far = query_link(near.other_index, near.other_namespace);
  // An older kernel that does not support the query returns an interface of this namespace.
  if (!far || far->facts.index != near.other_index || !is_pair(far->facts.kind))
    return std::nullopt;
  return FarEnd{.name = far->name,
                .mtu = far->facts.mtu,
                .max_mtu = far->facts.max_mtu,
                .in_other_namespace = near.other_namespace.has_value()};
}

}  // namespace

Result<InterfaceFacts> inspect_interface(const std::string& interface) {
  if (interface.empty() || interface.size() >= IFNAMSIZ) {
    return Error{
        Errc::kInvalidArgument, 0,
        fmt::format("interface '{}': a name has 1 to {} characters", interface, IFNAMSIZ - 1)};
  }
  const unsigned index = ::if_nametoindex(interface.c_str());
  if (index == 0) {
    if (errno != ENODEV && errno != ENXIO)
      return errno_error(errno, "interface " + interface);  // no socket for the query
    return Error{Errc::kNotFound, ENODEV,
                 fmt::format("interface {}: no such interface; there is {}", interface,
                             existing_interfaces()),
                 Cause::kNoInterface};
  }
  TRY(LinkMessage link, query_link(index));
  link.facts.far_end = inspect_far_end(link);
  return std::move(link.facts);
}

Result<InterfaceCounters> read_counters(unsigned index) {
  TRY(const LinkMessage link, query_link(index));
  return link.counters;
}

Result<> check_ready(const std::string& interface, const InterfaceFacts& facts) {
  const std::string name = "interface " + interface;
  if (!facts.ethernet) {
    return Error{Errc::kUnsupported, 0, name + ": does not take Ethernet frames"};
  }
  if (!facts.up) return Error{Errc::kIo, ENETDOWN, name + ": is down"};
  if (!facts.carrier) {
    return Error{
        Errc::kIo, ENOLINK,
        name + ": has no carrier: nothing is at the other end, every packet would be lost"};
  }
  return {};
}

FrameLimits interface_limits(const InterfaceFacts& facts) noexcept {
  using packet::kEthernetHeaderBytes;
  using packet::kVlanTagBytes;
  FrameLimits limits{.ethernet_only = true,
                     .min_bytes = kEthernetHeaderBytes,
                     .max_bytes = facts.mtu + kEthernetHeaderBytes,
                     .vlan_extra_bytes = kVlanTagBytes};
  // With and without a VLAN tag.
  if (facts.far_end && facts.far_end->mtu < facts.mtu)
    limits.far_end_bytes = facts.far_end->mtu + kEthernetHeaderBytes + kVlanTagBytes;
  return limits;
}

}  // namespace gophercap::transmit
