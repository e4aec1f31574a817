// What the system knows about a network interface before anything is sent.
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
  uint32_t max_mtu = 0;  // 0: no limit
  bool in_other_namespace = false;
};

struct InterfaceFacts {
  unsigned index = 0;
  uint32_t mtu = 0;        // payload bytes after the Ethernet header
  uint32_t max_mtu = 0;    // the largest MTU it can be set to; 0: no limit
  bool up = false;         // administratively up
  bool carrier = false;    // the other end is there (IFF_LOWER_UP)
  bool ethernet = false;   // accepts Ethernet frames: an Ethernet device or loopback
  std::string kind{};      // "veth", "bridge", …; empty for hardware
  std::string queueing{};  // the queueing discipline: "noqueue", "mq", "fq_codel", …
  // Empty if there is none or it cannot be queried.
  std::optional<FarEnd> far_end{};

  // True if frames wait in a queue of the kernel before the driver gets them.
  bool has_queue() const noexcept { return !queueing.empty() && queueing != "noqueue"; }
};

// Needs no privilege, except for a far end in another network namespace. Errors: kInvalidArgument
// (invalid interface name), kNotFound (no such interface; lists the existing ones), kIo.
Result<InterfaceFacts> inspect_interface(const std::string& name);

// What the kernel has counted for an interface since it was created.
struct InterfaceCounters {
  uint64_t tx_packets = 0;
  uint64_t tx_bytes = 0;
  uint64_t tx_errors = 0;
  uint64_t tx_dropped = 0;
  uint64_t tx_carrier_errors = 0;
};

// Uses rtnetlink(7); needs no privilege. Drivers may update the counters some time after a packet
// was sent.
Result<InterfaceCounters> read_counters(unsigned index);

// Returns an error if frames cannot be sent now: kIo with ENETDOWN (interface down) or ENOLINK (no
// carrier; the kernel would accept frames and silently drop them), or kUnsupported (not Ethernet).
Result<> check_ready(const std::string& name, const InterfaceFacts& facts);

// Returns which frames the interface accepts through a packet socket (net/packet/af_packet.c) and
// which its far end accepts from it (is_skb_forwardable() in the kernel).
FrameLimits interface_limits(const InterfaceFacts& facts) noexcept;

}  // namespace gophercap::transmit
