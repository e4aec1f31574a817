#include "jobs/replay/replay_setup.h"

#include <algorithm>
#include <array>

#include "confine/confine.h"
#include "jobs/confinement.h"
#include "jobs/set/packet_selection.h"
#include "packet/link_type.h"

namespace gophercap::jobs {
namespace {

// Beside the set.
confine::Needs needs_of(const ReplayOptions& options) {
  const DeliveryOptions& delivery = options.delivery;
  confine::Needs needs = needs_of(options.select);
  needs.files->outputs = {delivery.out_file, options.report_path};
  if (delivery.pacing == replay::Pacing::kExact) needs.files->devices = {"/dev/cpu_dma_latency"};
  const bool opens_interface =
      !delivery.out_interface.empty() && delivery.out_file.empty() && !delivery.discard;
  if (opens_interface) {
    needs.calls.reset();
    needs.capabilities = opening_capabilities();
  }
  return needs;
}

}  // namespace

Result<PlannedSet> set_up(const ReplayOptions& options, Reporter& reporter,
                          const std::stop_token& stop) {
  const DeliveryOptions& delivery = options.delivery;
  const confine::Needs needs = needs_of(options);
  TRY(PlannedSet planned, plan_set({.set = options.set,
                                    .select = options.select,
                                    .schedule = options.schedule,
                                    .memory = options.memory,
                                    .preload = delivery.preload,
                                    .beside = needs},
                                   reporter, stop));
  replay::SendOptions& send = planned.engine.send;
  send.realtime = delivery.pacing == replay::Pacing::kExact;
  send.late = delivery.late;
  send.late_limit = delivery.late_limit;
  send.start_at_wall_ns = delivery.start_at_wall_ns;
  send.link_timeout = delivery.link_timeout;
  return planned;
}

Bounds too_long(const dataset::FileSummary& file, const transmit::FrameLimits& limits) noexcept {
  if (file.max_captured_bytes <= limits.max_bytes) return {};
  uint64_t others = 0;  // are skipped whatever their length, and may be the long ones
  for (const dataset::LinkTypeCount& l : file.link_types) {
    if (limits.ethernet_only && l.link_type != packet::kLinkTypeEthernet) others += l.packets;
  }
  if (others == file.packets) return {};
  struct Threshold {
    uint64_t bytes;
    uint64_t packets;  // above it
  };
  const std::array<Threshold, 4> thresholds = {{{0, file.packets},
                                                {1514, file.packets_above_1514},
                                                {1518, file.packets_above_1518},
                                                {9014, file.packets_above_9014}}};
  // With a VLAN tag, and a frame check sequence that is left off, some bytes more may still fit.
  constexpr uint64_t kFrameCheckBytes = 4;
  const uint64_t surely = uint64_t{limits.max_bytes} + limits.vlan_extra_bytes + kFrameCheckBytes;
  Bounds bounds{.least = 0, .most = file.packets, .some_are = file.max_captured_bytes > surely};
  for (const Threshold& t : thresholds) {
    if (t.bytes <= limits.max_bytes) bounds.most = t.packets;
    if (t.bytes >= surely && t.bytes > 0) {
      bounds.least = t.packets;
      break;
    }
  }
  bounds.some_are = bounds.some_are && others == 0;
  bounds.least = std::max(bounds.least - std::min(bounds.least, others), uint64_t{bounds.some_are});
  return bounds;
}

}  // namespace gophercap::jobs
