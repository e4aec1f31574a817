#include "transmit/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "transmit/af_packet.h"
#include "transmit/af_xdp.h"
#include "transmit/tx_ring.h"

namespace gophercap::transmit {
namespace {

Result<std::vector<std::unique_ptr<Transmitter>>> open_lanes(const Wire& wire,
                                                             const WireOptions& options) {
  std::vector<std::unique_ptr<Transmitter>> lanes;
  for (uint32_t lane = 0; lane < std::max(options.lanes, 1u); ++lane) {
    std::unique_ptr<Transmitter> opened;
    switch (wire.backend) {
      case Backend::kXdp: {
        TRY(opened, open_af_xdp(wire.interface, wire.facts, lane, options.longest_frame_bytes));
        break;
      }
      case Backend::kRing: {
        TRY(opened, open_tx_ring(wire.interface, wire.facts, wire.qdisc_bypass,
                                 options.longest_frame_bytes));
        break;
      }
      case Backend::kAuto:
      case Backend::kPacket: {
        TRY(opened, open_af_packet(wire.interface, wire.facts, wire.qdisc_bypass));
        break;
      }
    }
    lanes.push_back(std::move(opened));
  }
  return lanes;
}

}  // namespace

std::string_view to_string(Backend backend) noexcept {
  switch (backend) {
    case Backend::kAuto:
      return "auto";
    case Backend::kPacket:
      return "packet";
    case Backend::kRing:
      return "ring";
    case Backend::kXdp:
      return "xdp";
  }
  return "";
}

Backend choose_backend(const InterfaceFacts& facts, const WireOptions& options) noexcept {
  if (options.backend != Backend::kAuto) return options.backend;
  if (facts.kind != "veth" || options.paced || options.lanes > 1) return Backend::kPacket;
  // AF_XDP passes by every queueing discipline: not where one stands that is meant.
  const bool chosen_by_somebody =
      !facts.queueing.empty() && facts.queueing != "noqueue" && !bypasses_by_default(facts);
  if (options.qdisc_bypass == QdiscBypass::kOff ||
      (options.qdisc_bypass == QdiscBypass::kAuto && chosen_by_somebody))
    return Backend::kPacket;
  return Backend::kXdp;
}

bool bypasses_by_default(const InterfaceFacts& facts) noexcept {
  constexpr std::array<std::string_view, 4> kGivenByTheKernel = {"mq", "fq_codel", "pfifo_fast",
                                                                 "fq"};
  return std::find(kGivenByTheKernel.begin(), kGivenByTheKernel.end(), facts.queueing) !=
         kGivenByTheKernel.end();
}

Result<Wire> open_wire(const std::string& interface, const WireOptions& options) {
  Wire wire;
  wire.interface = interface;
  TRY(wire.facts, inspect_interface(interface));
  // The right to send is what most often is missing; an interface that is down comes after it.
  TRY(const Fd probe, open_packet_socket(interface, wire.facts, false));
  TRY_VOID(check_ready(interface, wire.facts));
  wire.backend = choose_backend(wire.facts, options);
  wire.qdisc_bypass =
      options.qdisc_bypass == QdiscBypass::kOn ||
      (options.qdisc_bypass == QdiscBypass::kAuto && bypasses_by_default(wire.facts));
  auto lanes = open_lanes(wire, options);
  if (!lanes && wire.backend != Backend::kPacket) {
    wire.notes.push_back(fmt::format("{}; sending by sendmmsg instead", lanes.error().what));
    wire.backend = Backend::kPacket;
    lanes = open_lanes(wire, options);
  }
  if (!lanes) return lanes.error();
  if (wire.backend == Backend::kXdp) {
    wire.qdisc_bypass = true;
    if (options.qdisc_bypass == QdiscBypass::kOff)
      wire.notes.push_back(
          fmt::format("interface {}: AF_XDP passes by the queueing discipline", interface));
  }
  wire.lanes = *std::move(lanes);
  TRY(wire.counted_before, read_counters(wire.facts.index));
  TRY(wire.link, LinkWatch::start(wire.facts.index));
  return wire;
}

}  // namespace gophercap::transmit
