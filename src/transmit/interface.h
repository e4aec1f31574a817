// What the system knows of a network interface, before anything is sent.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "transmit/transmitter.h"

namespace gophercap::transmit {

struct InterfaceFacts {
  unsigned index = 0;
  uint32_t mtu = 0;        // bytes behind the Ethernet header
  bool up = false;         // by its administrator
  bool carrier = false;    // somebody is at the other end (IFF_LOWER_UP)
  bool ethernet = false;   // takes Ethernet frames: an Ethernet device or loopback
  std::string kind{};      // "veth", "bridge", …; empty: a device of its own
  std::string queueing{};  // the queueing discipline: "noqueue", "mq", "fq_codel", …
};

// Needs no privilege. Errors: kInvalidArgument (no interface can have that name), kNotFound (no
// such interface; names those that exist), kIo.
Result<InterfaceFacts> inspect_interface(const std::string& name);

// What the kernel has counted for it since it exists.
struct InterfaceCounters {
  uint64_t tx_packets = 0;
  uint64_t tx_bytes = 0;
  uint64_t tx_errors = 0;
  uint64_t tx_dropped = 0;
  uint64_t tx_carrier_errors = 0;
};

// By rtnetlink(7); needs no privilege. Drivers may update them some time after a packet left.
Result<InterfaceCounters> read_counters(unsigned index);

// Why frames can't leave through it now: kIo with ENETDOWN (down), ENOLINK (no carrier: the kernel
// would take frames and drop them without a word), kUnsupported (not Ethernet).
Result<> check_ready(const std::string& name, const InterfaceFacts& facts);

// Which frames an interface with that MTU takes through a packet socket (net/packet/af_packet.c).
FrameLimits interface_limits(uint32_t mtu) noexcept;

}  // namespace gophercap::transmit
