// What the system knows of a network interface, before anything is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "transmit/transmitter.h"

namespace gophercap::transmit {

// The other end of a veth.
struct FarEnd {
  std::string name{};
  uint32_t mtu = 0;
  uint32_t max_mtu = 0;  // 0: any
  bool in_other_namespace = false;
};

struct InterfaceFacts {
  unsigned index = 0;
  uint32_t mtu = 0;        // bytes behind the Ethernet header
  uint32_t max_mtu = 0;    // what it can be set to; 0: any
  bool up = false;         // by its administrator
  bool carrier = false;    // somebody is at the other end (IFF_LOWER_UP)
  bool ethernet = false;   // takes Ethernet frames: an Ethernet device or loopback
  std::string kind{};      // "veth", "bridge", …; empty: a device of its own
  std::string queueing{};  // the queueing discipline: "noqueue", "mq", "fq_codel", …
  // Empty: there is none, or nothing can be learned of it.
  std::optional<FarEnd> far_end{};

  // Whether frames wait in a queue of the kernel's before the driver has them.
  bool has_queue() const noexcept { return !queueing.empty() && queueing != "noqueue"; }
};

// Needs no privilege, but for a far end in another network namespace. Errors: kInvalidArgument (no
// interface can have that name), kNotFound (no such interface; names those that exist), kIo.
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

// Which frames an interface takes through a packet socket (net/packet/af_packet.c), and its far end
// from it (is_skb_forwardable() of the kernel).
FrameLimits interface_limits(const InterfaceFacts& facts) noexcept;

}  // namespace gophercap::transmit
