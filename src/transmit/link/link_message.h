// Parses what rtnetlink(7) reports about a network interface in an RTM_NEWLINK message, requested
// or announced.
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
  bool of_bridge = false;  // … or only left its bridge, which is announced with the same message
  std::string name{};
  InterfaceFacts facts{};  // without the far end
  // IFLA_LINK: the other end of a pair, otherwise the interface below this one, …
  unsigned other_index = 0;
  std::optional<int32_t> other_namespace{};  // … in another network namespace; negative: unknown
  InterfaceCounters counters{};
};

// Parses one netlink message. Errors: kCorrupt (another message, or cut off), and the errno in a
// reply of the kernel.
Result<LinkMessage> parse_link_message(std::span<const uint8_t> message);

// Queries one interface. `index` in another network namespace requires the number that this
// namespace has for the other one, and CAP_NET_ADMIN there; otherwise no privilege is needed.
// Errors: kNotFound (no such index), kPermission, kIo, kCorrupt.
Result<LinkMessage> query_link(unsigned index,
                               std::optional<int32_t> network_namespace = std::nullopt);

}  // namespace gophercap::transmit
