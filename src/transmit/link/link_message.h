// What rtnetlink(7) says of a network interface: one RTM_NEWLINK message, asked for or announced.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "transmit/link/interface.h"

namespace gophercap::transmit {

struct LinkMessage {
  bool removed = false;    // RTM_DELLINK: the interface is gone, …
  bool of_bridge = false;  // … or only a port left its bridge, which is announced alike
  std::string name{};
  InterfaceFacts facts{};  // but for the far end
  // IFLA_LINK: of a pair its other end, else what the interface stands on, …
  unsigned other_index = 0;
  std::optional<int32_t> other_namespace{};  // … in another network namespace; negative: unknown
  InterfaceCounters counters{};
};

// Reads one netlink message. Errors: kCorrupt (not such a message, or cut), and the errno that the
// kernel answered with.
Result<LinkMessage> parse_link_message(std::span<const uint8_t> message);

// Asks for one interface, of another network namespace by the number that it has in ours. The
// latter takes CAP_NET_ADMIN there; else no privilege is needed. Errors: kNotFound (no such index),
// kPermission, kIo, kCorrupt.
Result<LinkMessage> query_link(unsigned index,
                               std::optional<int32_t> network_namespace = std::nullopt);

}  // namespace gophercap::transmit
