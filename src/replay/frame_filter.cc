#include "replay/frame_filter.h"

#include "base/bytes.h"
#include "packet/link_type.h"
#include "transmit/af_packet.h"

namespace gophercap::replay {
namespace {

constexpr uint16_t kVlanTag = 0x8100;

// AF_PACKET lets a frame be four bytes longer only if its outer tag is 802.1Q, not 802.1ad
// (net/packet/af_packet.c).
bool has_802_1q_tag(const uint8_t* frame, uint32_t bytes) noexcept {
  return bytes >= 14 && load_be16(frame + 12) == kVlanTag;
}

}  // namespace

TargetLimits TargetLimits::of(const transmit::Transmitter& t) noexcept {
  // Ethernet is what every target takes; whether it takes all others too, any number that is not
  // Ethernet tells.
  return {.ethernet_only = !t.accepts(UINT32_MAX),
          .min_frame_bytes = t.min_frame_bytes(),
          .max_frame_bytes = t.max_frame_bytes(),
          .vlan_extra_bytes = t.vlan_extra_bytes()};
}

TargetLimits TargetLimits::of_interface(uint32_t mtu) noexcept {
  const transmit::FrameLimits limits = transmit::af_packet_limits(mtu);
  return {.ethernet_only = true,
          .min_frame_bytes = limits.min_bytes,
          .max_frame_bytes = limits.max_bytes,
          .vlan_extra_bytes = limits.vlan_extra_bytes};
}

Decision decide(const packet::PacketView& packet, uint32_t link_type, bool out_of_order,
                const Choice& choice, const TargetLimits& limits) noexcept {
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
  } else if (d.captured_bytes > limits.max_frame_bytes &&
             (d.captured_bytes - limits.max_frame_bytes > limits.vlan_extra_bytes ||
              !has_802_1q_tag(packet.data, d.captured_bytes))) {
    d.verdict = Verdict::kTooLong;
  } else if (d.captured_bytes < limits.min_frame_bytes) {
    d.verdict = Verdict::kTooShort;
  }
  return d;
}

void account(Verdict verdict, Accounts& accounts) noexcept {
  ++accounts.read;
  switch (verdict) {
    case Verdict::kSend:
      break;  // counted when it was sent
    case Verdict::kOutsideWindow:
      ++accounts.outside_window;
      break;
    case Verdict::kFiltered:
      ++accounts.filtered;
      break;
    case Verdict::kOutOfOrder:
      ++accounts.skipped_out_of_order;
      break;
    case Verdict::kAboveLimit:
      ++accounts.skipped_above_limit;
      break;
    case Verdict::kLinkType:
      ++accounts.skipped_link_type;
      break;
    case Verdict::kTooLong:
      ++accounts.skipped_too_long;
      break;
    case Verdict::kTooShort:
      ++accounts.skipped_too_short;
      break;
  }
}

}  // namespace gophercap::replay
