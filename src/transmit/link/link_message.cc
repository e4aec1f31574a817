#include "transmit/link/link_message.h"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/fd.h"
#include "base/retry.h"

namespace gophercap::transmit {
namespace {

using Bytes = std::span<const uint8_t>;

// IFF_LOWER_UP from linux/if.h, which cannot be included together with net/if.h.
constexpr uint32_t kLowerUp = 1 << 16;

struct Attribute {
  uint16_t type = 0;
  Bytes value{};
};

// Removes the next attribute from `rest`: a length, a type and a value padded to four bytes.
// Returns nothing if there is none or it is truncated.
std::optional<Attribute> next_attribute(Bytes& rest) {
  rtattr header;
  if (rest.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, rest.data(), sizeof header);
  if (header.rta_len < sizeof header || header.rta_len > rest.size()) return std::nullopt;
  const Attribute attribute{
      static_cast<uint16_t>(header.rta_type & NLA_TYPE_MASK),
      rest.subspan(RTA_LENGTH(0), header.rta_len - static_cast<size_t>(RTA_LENGTH(0)))};
  rest = rest.subspan(std::min<size_t>(RTA_ALIGN(header.rta_len), rest.size()));
  return attribute;
}

std::string text_of(Bytes value) {
  const auto end = std::find(value.begin(), value.end(), uint8_t{0});
  return {value.begin(), end};
}

template <class T>
T number_of(Bytes value) {
  T number{};
  std::memcpy(&number, value.data(), std::min(sizeof number, value.size()));
  return number;
}

void take(const Attribute& attribute, LinkMessage& link) {
  switch (attribute.type) {
    case IFLA_IFNAME:
      link.name = text_of(attribute.value);
      break;
    case IFLA_MAX_MTU:
      link.facts.max_mtu = number_of<uint32_t>(attribute.value);
      break;
    case IFLA_LINK:
      link.other_index = number_of<uint32_t>(attribute.value);
      break;
    case IFLA_LINK_NETNSID:
      link.other_namespace = number_of<int32_t>(attribute.value);
      break;
    case IFLA_MTU:
      link.facts.mtu = number_of<uint32_t>(attribute.value);
      break;
    case IFLA_QDISC:
      link.facts.queueing = text_of(attribute.value);
      break;
    case IFLA_LINKINFO: {
      Bytes nested = attribute.value;
      while (const auto inner = next_attribute(nested)) {
        if (inner->type == IFLA_INFO_KIND) link.facts.kind = text_of(inner->value);
      }
      break;
    }
    case IFLA_STATS64: {
      // Newer kernels append members, so it may be longer than expected.
      const auto stats = number_of<rtnl_link_stats64>(attribute.value);
      link.counters = {.tx_packets = stats.tx_packets,
                       .tx_bytes = stats.tx_bytes,
                       .tx_errors = stats.tx_errors,
                       .tx_dropped = stats.tx_dropped,
                       .tx_carrier_errors = stats.tx_carrier_errors};
      break;
    }
    default:
      break;
  }
}

}  // namespace

Result<LinkMessage> parse_link_message(Bytes message) {
  const Error malformed{Errc::kCorrupt, 0, "rtnetlink: unexpected answer"};
  nlmsghdr header;
  if (message.size() < NLMSG_HDRLEN) return malformed;
  std::memcpy(&header, message.data(), sizeof header);
  if (header.nlmsg_len > message.size() || header.nlmsg_len < NLMSG_HDRLEN) return malformed;
  message = message.subspan(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
  if (header.nlmsg_type == NLMSG_ERROR) {
    nlmsgerr error;
    if (message.size() < sizeof error) return malformed;
    std::memcpy(&error, message.data(), sizeof error);
    return errno_error(-error.error, "rtnetlink");
  }
  const bool removed = header.nlmsg_type == RTM_DELLINK;
  if ((header.nlmsg_type != RTM_NEWLINK && !removed) ||
      message.size() < NLMSG_ALIGN(sizeof(ifinfomsg)))
    return malformed;
  ifinfomsg info;
  std::memcpy(&info, message.data(), sizeof info);
  LinkMessage link{.removed = removed, .of_bridge = info.ifi_family == AF_BRIDGE};
  link.facts.index = static_cast<unsigned>(info.ifi_index);
  link.facts.up = (info.ifi_flags & IFF_UP) != 0;
  link.facts.carrier = (info.ifi_flags & kLowerUp) != 0;
  link.facts.ethernet = info.ifi_type == ARPHRD_ETHER || info.ifi_type == ARPHRD_LOOPBACK;
  message = message.subspan(NLMSG_ALIGN(sizeof(ifinfomsg)));
  while (const auto attribute = next_attribute(message)) take(*attribute, link);
  return link;
}

Result<LinkMessage> query_link(unsigned index, std::optional<int32_t> network_namespace) {
  const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket.valid()) return errno_error(errno, "rtnetlink");
  struct {
    nlmsghdr header;
    ifinfomsg info;
    rtattr attribute;
    int32_t network_namespace;
  } request{};
  request.header.nlmsg_len = network_namespace ? sizeof request : NLMSG_LENGTH(sizeof request.info);
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.info.ifi_family = AF_UNSPEC;
  request.info.ifi_index = static_cast<int>(index);
  request.attribute.rta_len = RTA_LENGTH(sizeof request.network_namespace);
  request.attribute.rta_type = IFLA_TARGET_NETNSID;
  request.network_namespace = network_namespace.value_or(0);
  if (uninterrupted([&] { return ::send(socket.value(), &request, request.header.nlmsg_len, 0); }) <
      0)
    return errno_error(errno, "rtnetlink");
  std::array<uint8_t, 32768> answer;  // one link with all its attributes takes a few KiB
  const ssize_t got =
      uninterrupted([&] { return ::recv(socket.value(), answer.data(), answer.size(), 0); });
  if (got < 0) return errno_error(errno, "rtnetlink");
  return parse_link_message(std::span(answer).first(static_cast<size_t>(got)));
}

}  // namespace gophercap::transmit
