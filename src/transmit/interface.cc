#include "transmit/interface.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <net/if.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "transmit/link_message.h"

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
      return errno_error(errno, "interface " + interface);  // nobody could be asked
    return Error{Errc::kNotFound, ENODEV,
                 fmt::format("interface {}: no such interface; there is {}", interface,
                             existing_interfaces())};
  }
  TRY(LinkMessage link, query_link(index));
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

FrameLimits interface_limits(uint32_t mtu) noexcept {
  constexpr uint32_t kEthernetHeaderBytes = 14;
  constexpr uint32_t kVlanTagBytes = 4;
  return {.ethernet_only = true,
          .min_bytes = kEthernetHeaderBytes,
          .max_bytes = mtu + kEthernetHeaderBytes,
          .vlan_extra_bytes = kVlanTagBytes};
}

}  // namespace gophercap::transmit
