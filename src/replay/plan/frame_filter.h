// Decides, packet by packet and ahead of time, whether and as which frames a packet leaves.
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

// What the user asked for. `expression` is borrowed.
struct Choice {
  Window window{};
  const packet::BpfFilter* expression = nullptr;  // null = every packet
  bool skip_out_of_order = false;
  uint32_t longest_frame_bytes = UINT32_MAX;  // --skip-mtu
};

// Whether `choice` lets every packet through, so that it need not be asked for each.
inline bool takes_all(const Choice& choice) noexcept {
  return !choice.window.from && !choice.window.to && choice.expression == nullptr &&
         !choice.skip_out_of_order && choice.longest_frame_bytes == UINT32_MAX;
}

struct Decision {
  Verdict verdict = Verdict::kSend;
  uint64_t mtu_needed = 0;  // with kTooLong: the MTU with which all of its frames would leave
  // With kSend: what leaves.
  std::span<const packet::Frame> frames{};
};

// What was asked for is asked of the packet as it was captured, what the target takes of each frame
// that a step makes of it: of a packet of which one frame does not fit nothing leaves.
class FrameFilter {
 public:
  // `step` null: a packet leaves as it is. REQUIRES: what is borrowed outlives it.
  FrameFilter(const Choice& choice, const transmit::FrameLimits& limits,
              const packet::FrameStep* step = nullptr) noexcept
      : choice_(choice),
        limits_(limits),
        step_(step),
        unasked_(takes_all(choice)),
        sends_as_read_(unasked_ && step == nullptr),
        surely_bytes_(std::min(choice.longest_frame_bytes, limits.max_bytes)) {}

  // Whether decide() would send the frame of a packet as it is, told without asking about each
  // packet: the fast way for a replay of everything. False also means that decide() has to be
  // asked.
  bool surely_sends(const packet::Frame& frame) const noexcept {
    return sends_as_read_ && fits_without_a_tag(frame);
  }
  // `out_of_order`: its time is below that of the packet before it in its file. What the decision
  // borrows is valid until the next call.
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
  const uint32_t surely_bytes_;  // what is no longer fits, tagged or not
  packet::Frame frame_;          // the packet itself
  packet::FrameList made_;
};

// Counts a packet that was read: exactly one of the counters, `read` beside it.
void account_left_out(const Decision& decision, Accounts& accounts) noexcept;
inline void account(const Decision& decision, Accounts& accounts) noexcept {
  ++accounts.read;
  if (decision.verdict != Verdict::kSend) [[unlikely]]
    account_left_out(decision, accounts);
}

// The smallest MTU of an interface that takes the Ethernet frame.
uint32_t mtu_for(const uint8_t* frame, uint32_t bytes) noexcept;

}  // namespace gophercap::replay
