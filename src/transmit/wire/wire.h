// A network interface opened for sending, with the best available backend.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/words.h"
#include "transmit/link/interface.h"
#include "transmit/link/link_watch.h"
#include "transmit/link/two_ways.h"
#include "transmit/transmitter.h"

namespace gophercap::transmit {

enum class Backend : uint8_t { kAuto, kPacket, kRing, kXdp };
enum class QdiscBypass : uint8_t { kAuto, kOn, kOff };

constexpr auto words_of(Backend) noexcept {
  return std::to_array<Word<Backend>>({{Backend::kAuto, "auto"},
                                       {Backend::kPacket, "packet"},
                                       {Backend::kRing, "ring"},
                                       {Backend::kXdp, "xdp"}});
}
constexpr auto words_of(QdiscBypass) noexcept {
  return std::to_array<Word<QdiscBypass>>(
      {{QdiscBypass::kAuto, "auto"}, {QdiscBypass::kOn, "on"}, {QdiscBypass::kOff, "off"}});
}

struct WireOptions {
  Backend backend = Backend::kAuto;
  QdiscBypass qdisc_bypass = QdiscBypass::kAuto;
  unsigned lanes = 1;                // number of transmitters, one per sending thread
  bool paced = true;                 // frames are sent at their scheduled times, not as fast as
                                     // possible
  uint32_t longest_frame_bytes = 0;  // longest frame to be sent
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
  std::string reason;  // why this way was chosen
  std::vector<std::unique_ptr<Transmitter>> lanes;
  std::unique_ptr<LinkWatch> link;
  InterfaceCounters counted_before;
  // What was requested but is unavailable here, and what is used instead.
  std::vector<std::string> notes;
  // Set by a lane that has detected a listener, which all lanes then take into account. Null:
  // listeners do not change the way of sending.
  std::shared_ptr<Heard> heard;
  Way audible_way;

  // Call after the last frame: updates `way` and `reason` to what was used in the end.
  void settle();
};

// Chooses what the options leave open. If somebody listens on the interface, or packets are sent at
// their own times, frames go through packet sockets and the queueing discipline, so that listeners
// see them. At full speed and without listeners, a default queueing discipline is bypassed. On a
// veth, AF_XDP is used then, since it was cheaper there for all frame sizes if somebody received
// (docs/perf.md). Does not send anything to find out.
Way choose_way(const InterfaceFacts& facts, const WireOptions& options, bool somebody_listens);

// Returns whether the kernel has set the queueing discipline by default. One that an administrator
// has set is intentional, and "noqueue" is nothing to bypass.
bool is_default_queueing(const InterfaceFacts& facts) noexcept;

// If a backend is unavailable, packet sockets are used, with a note. Needs CAP_NET_RAW. Errors:
// kPermission and those of inspect_interface() and check_ready().
Result<Wire> open_wire(const std::string& interface, const WireOptions& options);

}  // namespace gophercap::transmit
