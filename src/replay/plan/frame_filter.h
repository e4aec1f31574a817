// Decides for each packet, when it is read, whether it is sent and as which frames.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "packet/bpf.h"
#include "packet/frame.h"
#include "packet/frame_step.h"
#include "packet/packet_view.h"
#include "replay/accounts.h"
#include "replay/plan/window.h"
#include "transmit/transmitter.h"

namespace gophercap::replay {

// Which packets the user wants. `expression` is borrowed.
struct Choice {
  Window window{};
  const packet::BpfFilter* expression = nullptr;  // null = every packet
  bool skip_out_of_order = false;
  uint32_t longest_frame_bytes = UINT32_MAX;  // --skip-mtu
};

// True if `choice` takes every packet, so that it need not be checked for each.
inline bool takes_all(const Choice& choice) noexcept {
  return !choice.window.from && !choice.window.to && choice.expression == nullptr &&
         !choice.skip_out_of_order && choice.longest_frame_bytes == UINT32_MAX;
}

struct Decision {
  Verdict verdict = Verdict::kSend;
  uint64_t mtu_needed = 0;  // with kTooLong: the MTU with which all of its frames would be sent
  std::span<const packet::Frame> frames{};  // with kSend: the frames to send
};

// Checks the user's choice against the captured packet, and the limits of the target against each
// frame that a step makes from it. If one of the frames does not fit, none of them is sent.
class FrameFilter {
 public:
  // `step` may be null; then packets are sent unchanged. REQUIRES: what is borrowed outlives it.
  FrameFilter(const Choice& choice, const transmit::FrameLimits& limits,
              const packet::FrameStep* step = nullptr) noexcept
      : choice_(choice),
        limits_(limits),
        step_(step),
        unasked_(takes_all(choice)),
        sends_as_read_(unasked_ && step == nullptr),
        surely_bytes_(std::min(choice.longest_frame_bytes, limits.max_bytes)) {}

  // True if decide() would send this frame of a packet unchanged. This is the fast path of a replay
  // of everything; if it returns false, decide() has to be called.
  bool surely_sends(const packet::Frame& frame) const noexcept {
    return sends_as_read_ && fits_without_a_tag(frame);
  }
  // `out_of_order`: its time is before that of the previous packet in its file. The frames are
  // valid until the next call.
  Decision decide(const packet::PacketView& packet, uint32_t link_type, bool out_of_order) {
    frame_ = packet::frame_of(packet, link_type);
    const Verdict chosen = unasked_ ? Verdict::kSend : choose(packet, out_of_order);
    if (chosen != Verdict::kSend) [[unlikely]]
      return {.verdict = chosen};
    if (step_ == nullptr && fits_without_a_tag(frame_)) [[likely]]
      return {.frames = {&frame_, 1}};
    return take_steps();
  }

 private:
  bool is_taken(uint32_t link_type) const noexcept {
    return !limits_.ethernet_only || link_type == packet::kLinkTypeEthernet;
  }
  bool fits_without_a_tag(const packet::Frame& frame) const noexcept {
    return is_taken(frame.link_type) && frame.bytes <= surely_bytes_ &&
           frame.bytes >= limits_.min_bytes;
  }
  Verdict choose(const packet::PacketView& packet, bool out_of_order) const noexcept;
  Decision take_steps();
  Verdict fits(const packet::Frame& frame) const noexcept;

  const Choice& choice_;
  const transmit::FrameLimits limits_;
  const packet::FrameStep* const step_;
  const bool unasked_;
  const bool sends_as_read_;
  const uint32_t surely_bytes_;  // a frame up to this length fits with and without a VLAN tag
  packet::Frame frame_;          // the packet, unchanged
  packet::FrameList made_;
};

// Counts a packet that was read: in `read`, and in the counter of its verdict.
void account_left_out(const Decision& decision, Accounts& accounts) noexcept;
inline void account(const Decision& decision, Accounts& accounts) noexcept {
  ++accounts.read;
  if (decision.verdict != Verdict::kSend) [[unlikely]]
    account_left_out(decision, accounts);
}

// The smallest MTU with which an interface takes the Ethernet frame.
uint32_t mtu_for(const uint8_t* frame, uint32_t bytes) noexcept;

}  // namespace gophercap::replay
