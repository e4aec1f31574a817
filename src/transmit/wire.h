// A network interface opened for sending, by the way out that fits it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "transmit/interface.h"
#include "transmit/link_watch.h"
#include "transmit/transmitter.h"

namespace gophercap::transmit {

enum class Backend : uint8_t { kAuto, kPacket, kRing, kXdp };
enum class QdiscBypass : uint8_t { kAuto, kOn, kOff };

std::string_view to_string(Backend backend) noexcept;

struct WireOptions {
  Backend backend = Backend::kAuto;
  QdiscBypass qdisc_bypass = QdiscBypass::kAuto;
  unsigned lanes = 1;                // transmitters, each for a thread of its own
  bool paced = true;                 // frames leave at their own times, not as fast as it goes
  uint32_t longest_frame_bytes = 0;  // of what will be sent
};

struct Wire {
  std::string interface;
  InterfaceFacts facts;
  Backend backend = Backend::kPacket;  // never kAuto
  bool qdisc_bypass = false;           // always with kXdp
  std::vector<std::unique_ptr<Transmitter>> lanes;
  std::unique_ptr<LinkWatch> link;
  InterfaceCounters counted_before;
  // What was asked for and can't be had here, and what is used instead.
  std::vector<std::string> notes;
};

// The way out that kAuto means. Packet sockets, but for veth at full speed AF_XDP, which was the
// cheaper one there for frames of each size wherever somebody listened (docs/perf.md), unless its
// queueing discipline is not to be passed by. Nothing is ever sent to find out.
Backend choose_backend(const InterfaceFacts& facts, const WireOptions& options) noexcept;

// Whether kAuto passes by the queueing discipline: where it is one of those that the kernel gives a
// device by itself. One that somebody has chosen is meant, and "noqueue" has nothing to pass by.
bool bypasses_by_default(const InterfaceFacts& facts) noexcept;

// A backend that can't be had is replaced by packet sockets, with a note. Needs CAP_NET_RAW.
// Errors: kPermission and those of inspect_interface() and check_ready().
Result<Wire> open_wire(const std::string& interface, const WireOptions& options);

}  // namespace gophercap::transmit
