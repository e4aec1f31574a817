// What rtnetlink(7) says of a network interface: one RTM_NEWLINK message, asked for or announced.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "transmit/interface.h"

namespace gophercap::transmit {

struct LinkMessage {
  bool removed = false;    // RTM_DELLINK: the interface is gone, …
  bool of_bridge = false;  // … or only a port left its bridge, which is announced alike
  InterfaceFacts facts{};
  InterfaceCounters counters{};
};

// Reads one netlink message. Errors: kCorrupt (not such a message, or cut), and the errno that the
// kernel answered with.
Result<LinkMessage> parse_link_message(std::span<const uint8_t> message);

// Asks for one interface. Needs no privilege. Errors: kNotFound (no such index), kIo, kCorrupt.
Result<LinkMessage> query_link(unsigned index);

}  // namespace gophercap::transmit
