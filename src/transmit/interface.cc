#include "transmit/interface.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/fd.h"

namespace gophercap::transmit {
namespace {

ifreq request_for(const std::string& interface) noexcept {
  ifreq request{};
  std::memcpy(request.ifr_name, interface.c_str(),
              std::min<size_t>(interface.size(), IFNAMSIZ - 1));
  return request;
}

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
  const std::string name = "interface " + interface;
  InterfaceFacts facts;
  facts.index = ::if_nametoindex(interface.c_str());
  if (facts.index == 0) {
    return Error{Errc::kNotFound, ENODEV,
                 fmt::format("{}: no such interface; there is {}", name, existing_interfaces())};
  }
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return errno_error(errno, name);
  ifreq request = request_for(interface);
  if (::ioctl(socket.value(), SIOCGIFFLAGS, &request) != 0) return errno_error(errno, name);
  facts.up = (request.ifr_flags & IFF_UP) != 0;
  facts.carrier = (request.ifr_flags & IFF_RUNNING) != 0;
  request = request_for(interface);
  if (::ioctl(socket.value(), SIOCGIFMTU, &request) != 0) return errno_error(errno, name);
  facts.mtu = static_cast<uint32_t>(std::max(request.ifr_mtu, 0));
  request = request_for(interface);
  if (::ioctl(socket.value(), SIOCGIFHWADDR, &request) != 0) return errno_error(errno, name);
  const int hardware = request.ifr_hwaddr.sa_family;
  facts.ethernet = hardware == ARPHRD_ETHER || hardware == ARPHRD_LOOPBACK;
  return facts;
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

}  // namespace gophercap::transmit
