#include "replay/plan/frame_filter.h"

#include <algorithm>

#include "packet/link_type.h"
#include "packet/vlan.h"

namespace gophercap::replay {
Verdict FrameFilter::choose(const packet::PacketView& packet, bool out_of_order) const noexcept {
  if (!choice_.window.contains(packet.time)) return Verdict::kOutsideWindow;
  if (choice_.expression != nullptr && !choice_.expression->matches(frame_))
    return Verdict::kFiltered;
  return choice_.skip_out_of_order && out_of_order ? Verdict::kOutOfOrder : Verdict::kSend;
}

Decision FrameFilter::take_steps() {
  Decision decision{.frames = {&frame_, 1}};
  if (step_ != nullptr) {
    made_.clear();
    step_->apply(frame_, made_);
    decision.frames = made_.frames();
    if (decision.frames.empty()) return {.verdict = Verdict::kFiltered};
  }
  for (const packet::Frame& frame : decision.frames) {
    const Verdict verdict = fits(frame);
    if (decision.verdict == Verdict::kSend) decision.verdict = verdict;
    if (verdict == Verdict::kTooLong && decision.verdict == Verdict::kTooLong)
      decision.mtu_needed =
          std::max<uint64_t>(decision.mtu_needed, mtu_for(frame.data, frame.bytes));
  }
  return decision;
}

Verdict FrameFilter::fits(const packet::Frame& frame) const noexcept {
  if (!is_taken(frame.link_type)) return Verdict::kLinkType;
  if (frame.bytes > choice_.longest_frame_bytes) return Verdict::kAboveLimit;
  if (frame.bytes > limits_.max_bytes &&
      (frame.bytes - limits_.max_bytes > limits_.vlan_extra_bytes ||
       !packet::may_exceed_mtu(frame.data, frame.bytes)))
    return Verdict::kTooLong;
  return frame.bytes < limits_.min_bytes ? Verdict::kTooShort : Verdict::kSend;
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
