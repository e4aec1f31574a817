#include "transmit/wire/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "transmit/wire/af_packet.h"
#include "transmit/wire/af_xdp.h"
#include "transmit/wire/tx_ring.h"

namespace gophercap::transmit {
namespace {

using Lanes = std::vector<std::unique_ptr<Transmitter>>;

Result<Lanes> open_lanes(const Wire& wire, Way way, const WireOptions& options) {
  Lanes lanes;
  for (uint32_t lane = 0; lane < std::max(options.lanes, 1u); ++lane) {
    std::unique_ptr<Transmitter> opened;
    switch (way.backend) {
      case Backend::kXdp: {
        TRY(opened, open_af_xdp(wire.interface, wire.facts, lane, options.longest_frame_bytes));
        break;
      }
      case Backend::kRing: {
        TRY(opened, open_tx_ring(wire.interface, wire.facts, way.qdisc_bypass,
                                 options.longest_frame_bytes));
        break;
      }
      case Backend::kAuto:
      case Backend::kPacket: {
        TRY(opened, open_af_packet(wire.interface, wire.facts, way.qdisc_bypass));
        break;
      }
    }
    lanes.push_back(std::move(opened));
  }
  return lanes;
}

// If a backend is unavailable, replaces it by packet sockets, also in `way`, and adds a note.
Result<Lanes> open_or_replace(Wire& wire, Way& way, const WireOptions& options,
                              bool somebody_listens) {
  auto lanes = open_lanes(wire, way, options);
  if (lanes || way.backend == Backend::kPacket) return lanes;
  wire.notes.push_back(fmt::format("{}; sending by sendmmsg instead", lanes.error().what));
  WireOptions others = options;
  others.backend = Backend::kPacket;
  way = choose_way(wire.facts, others, somebody_listens);
  return open_lanes(wire, way, options);
}

std::string reason_for(Presence presence, const std::string& interface) {
  switch (presence) {
    case Presence::kNobody:
      return fmt::format("no packet socket listens on {}", interface);
    case Presence::kSomebody:
      return fmt::format("a packet socket listens on {}", interface);
    case Presence::kUnknown:
      break;
  }
  return "/proc/net/packet, which tells who listens, can't be read";
}

std::string reason_without_choice(const WireOptions& options) {
  if (options.backend != Backend::kAuto || options.qdisc_bypass != QdiscBypass::kAuto)
    return "asked for";
  return options.paced ? "nothing is passed by at captured times or a rate"
                       : "nothing faster is known here";
}

Result<> open_way(Wire& wire, const WireOptions& options) {
  const Way audible = choose_way(wire.facts, options, true);
  wire.way = choose_way(wire.facts, options, false);
  if (wire.way == audible) {
    wire.reason = reason_without_choice(options);
    TRY(wire.lanes, open_or_replace(wire, wire.way, options, true));
    return {};
  }
  const Presence presence = Listeners(wire.facts.index).look();
  wire.reason = reason_for(presence, wire.interface);
  if (presence != Presence::kNobody) {
    wire.way = audible;
    TRY(wire.lanes, open_or_replace(wire, wire.way, options, true));
    return {};
  }
  TRY(Lanes unheard, open_or_replace(wire, wire.way, options, false));
  wire.audible_way = audible;
  TRY(Lanes heard, open_or_replace(wire, wire.audible_way, options, true));
  wire.heard = std::make_shared<Heard>(false);
  for (size_t lane = 0; lane < unheard.size(); ++lane) {
    wire.lanes.push_back(std::make_unique<TwoWays>(std::move(unheard[lane]), std::move(heard[lane]),
                                                   Listeners(wire.facts.index), wire.heard));
  }
  return {};
}

}  // namespace

Way choose_way(const InterfaceFacts& facts, const WireOptions& options, bool somebody_listens) {
  const bool unheard = !options.paced && !somebody_listens;
  const bool bypass =
      options.qdisc_bypass == QdiscBypass::kOn ||
      (options.qdisc_bypass == QdiscBypass::kAuto && unheard && is_default_queueing(facts));
  if (options.backend != Backend::kAuto)
    return {options.backend, bypass || options.backend == Backend::kXdp};
  // AF_XDP bypasses every queueing discipline, so it is not used if one was set intentionally.
  const bool nothing_in_the_way = facts.queueing.empty() || facts.queueing == "noqueue" || bypass;
  if (facts.kind == "veth" && unheard && options.lanes <= 1 && nothing_in_the_way &&
      options.qdisc_bypass != QdiscBypass::kOff)
    return {Backend::kXdp, true};
  return {Backend::kPacket, bypass};
}

bool is_default_queueing(const InterfaceFacts& facts) noexcept {
  constexpr std::array<std::string_view, 4> kGivenByTheKernel = {"mq", "fq_codel", "pfifo_fast",
                                                                 "fq"};
  return std::find(kGivenByTheKernel.begin(), kGivenByTheKernel.end(), facts.queueing) !=
         kGivenByTheKernel.end();
}

Result<Wire> open_wire(const std::string& interface, const WireOptions& options) {
  Wire wire;
  wire.interface = interface;
  TRY(wire.facts, inspect_interface(interface));
  // A missing privilege is the most frequent problem, so it is reported before an interface that is
  // down.
  TRY(const Fd probe, open_packet_socket(interface, wire.facts, false));
  TRY_VOID(check_ready(interface, wire.facts));
  TRY_VOID(open_way(wire, options));
  if (wire.way.backend == Backend::kXdp && options.qdisc_bypass == QdiscBypass::kOff)
    wire.notes.push_back(
        fmt::format("interface {}: AF_XDP passes by the queueing discipline", interface));
  TRY(wire.counted_before, read_counters(wire.facts.index));
  TRY(wire.link, LinkWatch::start(wire.facts.index));
  return wire;
}

void Wire::settle() {
  if (heard == nullptr || !heard->load()) return;
  way = audible_way;
  reason =
      fmt::format("a packet socket listened on {}, or that could not be known any more", interface);
}

}  // namespace gophercap::transmit
