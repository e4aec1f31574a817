#include "replay/plan/frame_filter.h"

#include <algorithm>

#include "packet/link_type.h"
#include "packet/vlan.h"

namespace gophercap::replay {
Decision decide(const packet::PacketView& packet, uint32_t link_type, bool out_of_order,
                const Choice& choice, const transmit::FrameLimits& limits) noexcept {
  Decision d;
  d.captured_bytes = packet.captured_bytes - packet.fcs_bytes;
  d.original_bytes =
      packet.original_bytes >= packet.fcs_bytes ? packet.original_bytes - packet.fcs_bytes : 0;
  if (!choice.window.contains(packet.time)) {
    d.verdict = Verdict::kOutsideWindow;
  } else if (choice.expression != nullptr &&
             !choice.expression->matches(packet, link_type, d.captured_bytes, d.original_bytes)) {
    d.verdict = Verdict::kFiltered;
  } else if (choice.skip_out_of_order && out_of_order) {
    d.verdict = Verdict::kOutOfOrder;
  } else if (limits.ethernet_only && link_type != packet::kLinkTypeEthernet) {
    d.verdict = Verdict::kLinkType;
  } else if (d.captured_bytes > choice.longest_frame_bytes) {
    d.verdict = Verdict::kAboveLimit;
  } else if (d.captured_bytes > limits.max_bytes &&
             (d.captured_bytes - limits.max_bytes > limits.vlan_extra_bytes ||
              !packet::may_exceed_mtu(packet.data, d.captured_bytes))) {
    d.verdict = Verdict::kTooLong;
    d.mtu_needed = mtu_for(packet.data, d.captured_bytes);
  } else if (d.captured_bytes < limits.min_bytes) {
    d.verdict = Verdict::kTooShort;
  }
  return d;
}

uint32_t mtu_for(const uint8_t* frame, uint32_t bytes) noexcept {
  const uint32_t header = packet::kEthernetHeaderBytes +
                          (packet::may_exceed_mtu(frame, bytes) ? packet::kVlanTagBytes : 0);
  return bytes - std::min(bytes, header);
}

void account_left_out(const Decision& decision, Accounts& accounts) noexcept {
  for (const DropReason& reason : kDropReasons) {
    if (reason.verdict == decision.verdict && reason.stage == DropStage::kReading)
      ++(accounts.*reason.count);
  }
  if (decision.verdict == Verdict::kTooLong) accounts.mtu_needed.add(decision.mtu_needed);
}

}  // namespace gophercap::replay
