// A network interface opened for sending, by the way out that fits it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "transmit/link/interface.h"
#include "transmit/link/link_watch.h"
#include "transmit/link/two_ways.h"
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

struct Way {
  Backend backend = Backend::kPacket;  // never kAuto
  bool qdisc_bypass = false;           // always with kXdp
  bool operator==(const Way&) const = default;
};

struct Wire {
  std::string interface;
  InterfaceFacts facts;
  Way way;             // see settle()
  std::string reason;  // why that way
  std::vector<std::unique_ptr<Transmitter>> lanes;
  std::unique_ptr<LinkWatch> link;
  InterfaceCounters counted_before;
  // What was asked for and can't be had here, and what is used instead.
  std::vector<std::string> notes;
  // Set by a lane that found somebody listening, and what all of them do then; null: they send as
  // they began, whoever listens.
  std::shared_ptr<Heard> heard;
  Way audible_way;

  // After the last frame: `way` and `reason` are what they have become.
  void settle();
};

// The way out for what the options leave open. Where somebody listens on the interface, or packets
// leave at their own times, one that everybody there is shown: through the queueing discipline, by
// packet sockets. At full speed, with nobody listening, past a queueing discipline that nobody has
// chosen, and for veth by AF_XDP, which was the cheaper one there for frames of each size wherever
// somebody received (docs/perf.md). Nothing is ever sent to find out.
Way choose_way(const InterfaceFacts& facts, const WireOptions& options, bool somebody_listens);

// Whether the queueing discipline is one of those that the kernel gives a device by itself. One
// that somebody has chosen is meant, and "noqueue" has nothing to pass by.
bool is_default_queueing(const InterfaceFacts& facts) noexcept;

// A backend that can't be had is replaced by packet sockets, with a note. Needs CAP_NET_RAW.
// Errors: kPermission and those of inspect_interface() and check_ready().
Result<Wire> open_wire(const std::string& interface, const WireOptions& options);

}  // namespace gophercap::transmit
