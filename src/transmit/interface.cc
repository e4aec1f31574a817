#include "transmit/interface.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
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

// The statistics in an RTM_NEWLINK message: a header, fixed facts, then attributes of (length,
// type, value), each padded to four bytes.
Result<InterfaceCounters> parse_link(std::span<const uint8_t> message) {
  const auto malformed = [] { return Error{Errc::kCorrupt, 0, "rtnetlink: unexpected answer"}; };
  nlmsghdr header;
  if (message.size() < NLMSG_HDRLEN) return malformed();
  std::memcpy(&header, message.data(), sizeof header);
  if (header.nlmsg_len > message.size() || header.nlmsg_len < NLMSG_HDRLEN) return malformed();
  message = message.subspan(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
  if (header.nlmsg_type == NLMSG_ERROR) {
    nlmsgerr error;
    if (message.size() < sizeof error) return malformed();
    std::memcpy(&error, message.data(), sizeof error);
    return errno_error(-error.error, "rtnetlink");
  }
  if (header.nlmsg_type != RTM_NEWLINK || message.size() < NLMSG_ALIGN(sizeof(ifinfomsg)))
    return malformed();
  message = message.subspan(NLMSG_ALIGN(sizeof(ifinfomsg)));
  while (message.size() >= sizeof(rtattr)) {
    rtattr attribute;
    std::memcpy(&attribute, message.data(), sizeof attribute);
    if (attribute.rta_len < sizeof attribute || attribute.rta_len > message.size())
      return malformed();
    if (attribute.rta_type == IFLA_STATS64) {
      // Newer kernels append members, so it may be longer than what we know.
      rtnl_link_stats64 stats{};
      std::memcpy(&stats, message.data() + RTA_LENGTH(0),
                  std::min<size_t>(sizeof stats, attribute.rta_len - RTA_LENGTH(0)));
      return InterfaceCounters{.tx_packets = stats.tx_packets,
                               .tx_bytes = stats.tx_bytes,
                               .tx_errors = stats.tx_errors,
                               .tx_dropped = stats.tx_dropped,
                               .tx_carrier_errors = stats.tx_carrier_errors};
    }
    message = message.subspan(std::min<size_t>(RTA_ALIGN(attribute.rta_len), message.size()));
  }
  return malformed();
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

Result<InterfaceCounters> read_counters(unsigned index) {
  const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket.valid()) return errno_error(errno, "rtnetlink");
  struct {
    nlmsghdr header;
    ifinfomsg info;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.info.ifi_family = AF_UNSPEC;
  request.info.ifi_index = static_cast<int>(index);
  if (::send(socket.value(), &request, sizeof request, 0) < 0)
    return errno_error(errno, "rtnetlink");
  std::array<uint8_t, 32768> answer;  // one link with all its attributes is a few KiB
  const ssize_t got = ::recv(socket.value(), answer.data(), answer.size(), 0);
  if (got < 0) return errno_error(errno, "rtnetlink");
  return parse_link(std::span(answer).first(static_cast<size_t>(got)));
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
