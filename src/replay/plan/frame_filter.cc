#include "replay/plan/frame_filter.h"

#include <algorithm>

#include "packet/link_type.h"
#include "packet/vlan.h"

namespace gophercap::replay {
namespace {

Verdict verdict_of(packet::Fit fit) noexcept {
  switch (fit) {
    case packet::Fit::kLeftOut:
      return Verdict::kOversize;
    case packet::Fit::kCut:
      return Verdict::kTooLongCut;
    case packet::Fit::kDontFragment:
      return Verdict::kDontFragment;
    default:
      return packet::leaves(fit) ? Verdict::kSend : Verdict::kTooLong;
  }
}

Verdict verdict_of(packet::LeftOut reason) noexcept {
  switch (reason) {
    case packet::LeftOut::kFiltered:
      return Verdict::kFiltered;
    case packet::LeftOut::kLinkType:
      return Verdict::kLinkType;
    case packet::LeftOut::kProtocol:
      return Verdict::kLinkProtocol;
    case packet::LeftOut::kEncrypted:
      return Verdict::kEncrypted;
    case packet::LeftOut::kWifiFragment:
      return Verdict::kWifiFragment;
    case packet::LeftOut::kSignalling:
      return Verdict::kSignalling;
    case packet::LeftOut::kIncomplete:
      return Verdict::kIncompleteLink;
  }
  return Verdict::kFiltered;
}

}  // namespace

Verdict FrameFilter::choose(const packet::PacketView& packet, bool out_of_order) const noexcept {
  if (!choice_.window.contains(packet.time)) return Verdict::kOutsideWindow;
  if (choice_.expression != nullptr && !choice_.expression->matches(frame_))
    return Verdict::kFiltered;
  if (choice_.sample != nullptr && !choice_.sample->takes(frame_)) return Verdict::kNotInSample;
  return choice_.skip_out_of_order && out_of_order ? Verdict::kOutOfOrder : Verdict::kSend;
}

bool FrameFilter::pad() {
  // Longer ones are damage of the capture.
  constexpr uint32_t kMostBytes = uint32_t{256} << 10;
  if (frame_.bytes >= frame_.original_bytes || frame_.original_bytes > kMostBytes) return false;
  padded_.assign(frame_.data, frame_.data + frame_.bytes);
  padded_.resize(frame_.original_bytes);
  frame_.data = padded_.data();
  frame_.bytes = frame_.original_bytes;
  return true;
}

Decision FrameFilter::take_steps() {
  Decision decision{.padded = choice_.pad_cut && pad(), .frames = {&frame_, 1}};
  if (changes_.step != nullptr) {
    made_.clear();
    if (const auto left_out = changes_.step->apply(frame_, made_))
      return {.verdict = verdict_of(*left_out)};
    decision.frames = made_.frames();
    decision.converted = decision.frames.front().link_type != frame_.link_type;
  }
  const std::span<const packet::Frame> before = decision.frames;
  if (changes_.rewriter != nullptr) rewrite(decision);
  judge(decision);
  if (decision.verdict == Verdict::kTooLong && changes_.fitter != nullptr)
    make_fit(decision, before);
  return decision;
}

void FrameFilter::rewrite(Decision& decision) {
  rewritten_.clear();
  for (const packet::Frame& frame : decision.frames) {
    const bool changed = changes_.rewriter->rewrite(frame, loop_, rewritten_);
    decision.rewritten = decision.rewritten || changed;
  }
  decision.frames = rewritten_.frames();
}

void FrameFilter::judge(Decision& decision) const noexcept {
  for (const packet::Frame& frame : decision.frames) {
    const Verdict verdict = fits(frame);
    if (decision.verdict == Verdict::kSend) decision.verdict = verdict;
    if (verdict == Verdict::kTooLong && decision.verdict == Verdict::kTooLong)
      decision.mtu_needed =
          std::max<uint64_t>(decision.mtu_needed, mtu_for(frame.data, frame.bytes));
  }
}

void FrameFilter::make_fit(Decision& decision, std::span<const packet::Frame> before) {
  fitted_.clear();
  for (size_t i = 0; i < decision.frames.size(); ++i) {
    const packet::Frame& frame = decision.frames[i];
    if (fits(frame) != Verdict::kTooLong) {
      fitted_.add(frame);
      continue;
    }
    decision.fit = changes_.fitter->fit(frame, before[i], room_for(frame, limits_), fitted_);
    if (!packet::leaves(decision.fit)) {
      decision.verdict = verdict_of(decision.fit);
      return;
    }
  }
  decision.verdict = Verdict::kSend;
  decision.frames = fitted_.frames();
  judge(decision);
}

namespace {

uint32_t least_room_on_wire(const transmit::FrameLimits& limits) noexcept {
  if (limits.ethernet_only || limits.max_bytes == UINT32_MAX) return limits.max_bytes;
  return limits.max_bytes - std::min(limits.max_bytes, packet::kEthernetHeaderBytes);
}

uint32_t room_on_wire(const packet::Frame& frame, const transmit::FrameLimits& limits) noexcept {
  if (limits.max_bytes == UINT32_MAX) return UINT32_MAX;
  if (frame.link_type != packet::kLinkTypeEthernet) {
    return least_room_on_wire(limits) +
           packet::network_offset(frame.data, frame.bytes, frame.link_type);
  }
  return limits.max_bytes +
         (packet::may_exceed_mtu(frame.data, frame.bytes) ? limits.vlan_extra_bytes : 0);
}

}  // namespace

uint32_t least_room(const transmit::FrameLimits& limits) noexcept {
  const uint32_t on_wire = least_room_on_wire(limits);
  return limits.recorded ? std::min(on_wire, packet::max_captured_bytes(packet::kLinkTypeEthernet))
                         : on_wire;
}

uint32_t room_for(const packet::Frame& frame, const transmit::FrameLimits& limits) noexcept {
  const uint32_t on_wire = room_on_wire(frame, limits);
  return limits.recorded ? std::min(on_wire, packet::max_captured_bytes(frame.link_type)) : on_wire;
}

Verdict FrameFilter::fits(const packet::Frame& frame) const noexcept {
  if (!is_taken(frame.link_type)) return Verdict::kLinkType;
  if (frame.bytes > choice_.longest_frame_bytes) return Verdict::kAboveLimit;
  if (frame.bytes > least_room(limits_) && frame.bytes > room_for(frame, limits_))
    return Verdict::kTooLong;
  return frame.bytes < limits_.min_bytes ? Verdict::kTooShort : Verdict::kSend;
}

transmit::FrameLimits within_mtu(transmit::FrameLimits limits, uint32_t mtu) noexcept {
  if (limits.max_bytes == UINT32_MAX) limits.vlan_extra_bytes = packet::kVlanTagBytes;
  limits.max_bytes = std::min(limits.max_bytes, mtu + packet::kEthernetHeaderBytes);
  return limits;
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
  const bool asked = decision.verdict == Verdict::kOversize;
  if (!asked) accounts.mtu_needed.add(decision.mtu_needed);
}

void account_changed(const Decision& decision, Accounts& accounts) noexcept {
  accounts.segmented += decision.fit == packet::Fit::kSegments;
  accounts.fragmented += decision.fit == packet::Fit::kFragments;
  accounts.truncated += decision.fit == packet::Fit::kTruncated;
  accounts.padded += decision.padded;
  accounts.converted += decision.converted;
  accounts.rewritten += decision.rewritten;
}

}  // namespace gophercap::replay
